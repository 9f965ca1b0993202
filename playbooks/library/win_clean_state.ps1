#!powershell
# Owns what a Windows laptop says about itself, in the shape of clean_state.py. Never run on Windows so far.

#AnsibleRequires -CSharpUtil Ansible.Basic

$spec = @{
    options = @{
        host_name = @{ type = 'str'; required = $true }
        host_key = @{ type = 'str'; required = $true; no_log = $false }
        provision_login = @{ type = 'str'; required = $true }
        seat_login = @{ type = 'str'; required = $true }
        admin_login = @{ type = 'str'; required = $true }
        allowed_ports = @{ type = 'list'; elements = 'str'; required = $true }
        resolvers = @{ type = 'list'; elements = 'str'; default = @() }
        must_reach = @{ type = 'list'; elements = 'dict'; default = @() }
        must_not_reach = @{ type = 'list'; elements = 'dict'; default = @() }
        require_probes = @{ type = 'bool'; default = $true }
        require_encryption = @{ type = 'bool'; required = $true }
        labels = @{ type = 'dict'; default = @{} }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)
$expected = $module.Params
$started = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss+00:00')

# What a cmdlet tells; nothing where this edition of Windows, or this machine, has not got it.
function Get-IfAny([scriptblock] $Ask) {
    try { & $Ask } catch { $null }
}

# One TCP connection: `open`, `refused` by the other side, or `closed`.
function Test-Connect([string] $Address, [int] $Port) {
    $client = [Net.Sockets.TcpClient]::new()
    try {
        if ($client.ConnectAsync($Address, $Port).Wait(3000)) { 'open' } else { 'closed' }
    }
    catch {
        $reason = $_.Exception.GetBaseException()
        if ($reason -is [Net.Sockets.SocketException] -and $reason.SocketErrorCode -eq 'ConnectionRefused') { 'refused' }
        else { 'closed' }
    }
    finally {
        $client.Dispose()
    }
}

function Get-Probe([object[]] $Targets, [bool] $MustReach) {
    foreach ($target in $Targets) {
        $result = Test-Connect $target.address $target.port
        @{
            address = $target.address
            port = [int] $target.port
            must_reach = $MustReach
            result = $result
            passed = $result -eq $(if ($MustReach) { 'open' } else { 'closed' })
        }
    }
}

$system = Get-CimInstance -ClassName Win32_ComputerSystem
$os = Get-CimInstance -ClassName Win32_OperatingSystem
$bios = Get-CimInstance -ClassName Win32_BIOS
$cpu = Get-CimInstance -ClassName Win32_Processor | Select-Object -First 1
$product = Get-CimInstance -ClassName Win32_ComputerSystemProduct
$secureBoot = Get-IfAny { Confirm-SecureBootUEFI }
$tpm = Get-IfAny { Get-CimInstance -Namespace root/cimv2/Security/MicrosoftTpm -ClassName Win32_Tpm }
$volume = Get-IfAny { Get-BitLockerVolume -MountPoint $env:SystemDrive }
$encryption = if ($volume -and $volume.ProtectionStatus -eq 'On') { 'bitlocker' } else { 'none' }

$accounts = @(Get-LocalUser | Where-Object Enabled | ForEach-Object { @{ name = $_.Name; sid = $_.SID.Value } })
$administrators = @(
    Get-LocalGroupMember -SID S-1-5-32-544 | ForEach-Object { ($_.Name -split '\\')[-1] } | Sort-Object
)
$listening = @(
    Get-NetTCPConnection -State Listen | ForEach-Object {
        @{ protocol = 'tcp'; address = $_.LocalAddress; port = [int] $_.LocalPort }
    }
)
# Windows listens on ports of its own whatever one does: what counts is what the firewall lets in.
$letIn = @(
    Get-NetFirewallRule -Enabled True -Direction Inbound -Action Allow | ForEach-Object {
        $filter = $_ | Get-NetFirewallPortFilter
        foreach ($port in $filter.LocalPort) { "$($filter.Protocol)/$port".ToLowerInvariant() }
    } | Sort-Object -Unique
)
$profiles = @(
    Get-NetFirewallProfile -PolicyStore ActiveStore | ForEach-Object {
        @{
            name = $_.Name
            enabled = [string] $_.Enabled -eq 'True'
            inbound = [string] $_.DefaultInboundAction
            outbound = [string] $_.DefaultOutboundAction
        }
    }
)
$open = @($profiles | Where-Object { -not $_.enabled -or $_.inbound -ne 'Block' -or $_.outbound -ne 'Block' })
$resolvers = @((Get-DnsClientServerAddress).ServerAddresses | Sort-Object -Unique)
$session = New-Object -ComObject Microsoft.Update.Session
$pending = @($session.CreateUpdateSearcher().Search("IsInstalled=0 and Type='Software' and IsHidden=0").Updates)
$security = @($pending | Where-Object { $_.MsrcSeverity } | ForEach-Object { $_.Title })
$hostKeys = @(
    Get-ChildItem -Path "$env:ProgramData\ssh\ssh_host_*_key.pub" | ForEach-Object {
        $parts = (Get-Content -LiteralPath $_.FullName -TotalCount 1) -split ' '
        $digest = [Security.Cryptography.SHA256]::Create().ComputeHash([Convert]::FromBase64String($parts[1]))
        @{
            type = $parts[0]
            key = "$($parts[0]) $($parts[1])"
            fingerprint = 'SHA256:' + [Convert]::ToBase64String($digest).TrimEnd('=')
        }
    }
)
$joined = @(
    if ($system.PartOfDomain) { $system.Domain }
    if ((& "$env:SystemRoot\System32\dsregcmd.exe" /status) -match 'AzureAdJoined\s*:\s*YES') { 'Entra ID' }
)
# The station that asks is connected by SSH: a way leads there, and only our own rules keep us from it.
$stations = @(
    Get-NetTCPConnection -LocalPort 22 -State Established | ForEach-Object RemoteAddress | Sort-Object -Unique |
        ForEach-Object { @{ address = $_; port = 22 } }
)
$probes = @(Get-Probe $expected.must_reach $true) + @(Get-Probe (@($expected.must_not_reach) + $stations) $false)
$wrong = @($probes | Where-Object { -not $_.passed } | ForEach-Object { "$($_.address):$($_.port) $($_.result)" })
if ($expected.require_probes -and @($probes | ForEach-Object { $_.must_reach } | Sort-Object -Unique).Count -lt 2) {
    $wrong += 'not tried: what must be reached, and what must not'
}
$names = @($accounts.name | Sort-Object)
$strangers = @($letIn | Where-Object { $_ -notin $expected.allowed_ports })
$others = @($resolvers | Where-Object { $expected.resolvers -and $_ -notin $expected.resolvers })
$wantedNames = @($expected.provision_login, $expected.seat_login)
$mayExist = $wantedNames + $expected.admin_login
$mayAdminister = @($expected.provision_login, $expected.admin_login)
# The built-in administrator is a member of its group for ever, and disabled.
$tooMany = @($administrators | Where-Object { $_ -notin $mayAdminister -and $_ -in $names })

$checks = @(
    @{ name = 'host_name'; passed = $env:COMPUTERNAME -eq $expected.host_name; detail = $env:COMPUTERNAME }
    @{
        name = 'host_key'
        passed = $hostKeys.key -contains $expected.host_key
        detail = $hostKeys.fingerprint -join ', '
    }
    @{
        name = 'accounts'
        passed = -not ($names | Where-Object { $_ -notin $mayExist }) -and
            -not ($wantedNames | Where-Object { $_ -notin $names })
        detail = $names -join ', '
    }
    @{
        name = 'no_privilege'
        passed = $expected.seat_login -notin $administrators
        detail = $administrators -join ', '
    }
    @{ name = 'administrators'; passed = -not $tooMany; detail = $administrators -join ', ' }
    @{ name = 'not_joined'; passed = -not $joined; detail = $joined -join ', ' }
    @{ name = 'listening'; passed = -not $strangers; detail = ($strangers, $letIn | Where-Object { $_ })[0] -join ', ' }
    @{ name = 'firewall'; passed = -not $open; detail = $open.name -join ', ' }
    @{ name = 'isolation'; passed = -not $wrong; detail = $wrong -join ', ' }
    @{ name = 'resolvers'; passed = -not $others; detail = $resolvers -join ', ' }
    @{ name = 'security_updates'; passed = -not $security; detail = $security -join ', ' }
    @{
        name = 'encryption'
        passed = $encryption -ne 'none' -or -not $expected.require_encryption
        detail = $encryption
    }
    @{ name = 'secure_boot'; passed = $secureBoot -ne $false; detail = [string] $secureBoot }
)

$report = @{
    started_at = $started
    finished_at = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss+00:00')
    host_name = $env:COMPUTERNAME
    machine = @{
        sys_vendor = $system.Manufacturer
        product_name = $system.Model
        product_serial = $bios.SerialNumber
        product_uuid = $product.UUID
        bios_version = $bios.SMBIOSBIOSVersion
        system = $os.Caption
        system_version = $os.Version
        kernel = $os.BuildNumber
        architecture = $os.OSArchitecture
        memory_bytes = [long] $system.TotalPhysicalMemory
        processor = @{ model = $cpu.Name; threads = [int] $system.NumberOfLogicalProcessors }
        tpm = if ($tpm) { ($tpm.SpecVersion -split ',')[0] } else { '' }
        secure_boot = if ($null -eq $secureBoot) { 'absent' } elseif ($secureBoot) { 'on' } else { 'off' }
    }
    accounts = $accounts
    administrators = $administrators
    join_signs = $joined
    listening = $listening
    firewall = @{ profiles = $profiles; let_in = $letIn }
    probes = $probes
    updates = @{ pending = $pending.Count; security = $security }
    resolvers = $resolvers
    encryption = @{ device = $env:SystemDrive; kind = $encryption }
    times = @{ booted_at = [DateTimeOffset]::new($os.LastBootUpTime).ToUnixTimeSeconds(); zone = (Get-TimeZone).Id }
    host_keys = $hostKeys
    checks = $checks
    clean = -not ($checks | Where-Object { -not $_.passed })
}
foreach ($label in $expected.labels.Keys) {
    $report[$label] = $expected.labels[$label]
}
$module.Result.report = $report
$module.ExitJson()
