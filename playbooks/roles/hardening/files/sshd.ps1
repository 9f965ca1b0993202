# Puts new rules of sshd in place where they differ and sshd finds them valid; open sessions go on.
[CmdletBinding(SupportsShouldProcess)]
param()

$Ansible.Changed = $false
$folder = "$env:ProgramData\ssh"
$new = "$folder\sshd_config.crisis-kit"
$used = "$folder\sshd_config"

# In check mode of a first run the new ones were not written.
if (Test-Path -LiteralPath $new) {
    $same = (Test-Path -LiteralPath $used) -and
        (Get-FileHash -LiteralPath $new).Hash -eq (Get-FileHash -LiteralPath $used).Hash
    if (-not $same) {
        $Ansible.Changed = $true
        & "$env:SystemRoot\System32\OpenSSH\sshd.exe" -t -f $new
        if ($LASTEXITCODE -ne 0) {
            throw 'sshd refuses its new rules; the old ones are in force.'
        }
        if ($PSCmdlet.ShouldProcess($used, 'Replace')) {
            Copy-Item -LiteralPath $new -Destination $used -Force
            Restart-Service -Name sshd
        }
    }
}
