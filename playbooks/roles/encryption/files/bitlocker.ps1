# Closes the system's disk with BitLocker (TPM), and adds the recovery password where it is missing.
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)]
    [SecureString] $RecoveryPassword
)

$Ansible.Changed = $false
$drive = $env:SystemDrive
$wanted = [Net.NetworkCredential]::new('', $RecoveryPassword).Password
$volume = Get-BitLockerVolume -MountPoint $drive
$known = $volume.KeyProtector | Where-Object { $_.KeyProtectorType -eq 'RecoveryPassword' }

if ($known.RecoveryPassword -notcontains $wanted) {
    $Ansible.Changed = $true
    if ($PSCmdlet.ShouldProcess($drive, 'Add recovery password')) {
        $null = Add-BitLockerKeyProtector -MountPoint $drive -RecoveryPasswordProtector -RecoveryPassword $wanted
    }
}
# One that an earlier loan knew opens nothing any more.
foreach ($old in $known | Where-Object { $_.RecoveryPassword -ne $wanted }) {
    $Ansible.Changed = $true
    if ($PSCmdlet.ShouldProcess($drive, 'Remove old recovery password')) {
        $null = Remove-BitLockerKeyProtector -MountPoint $drive -KeyProtectorId $old.KeyProtectorId
    }
}
if ($volume.VolumeStatus -eq 'FullyDecrypted') {
    $Ansible.Changed = $true
    if ($PSCmdlet.ShouldProcess($drive, 'Encrypt')) {
        $null = Enable-BitLocker -MountPoint $drive -EncryptionMethod XtsAes256 -TpmProtector -SkipHardwareTest
    }
}
elseif ($volume.ProtectionStatus -eq 'Off') {
    $Ansible.Changed = $true
    if ($PSCmdlet.ShouldProcess($drive, 'Resume')) {
        $null = Resume-BitLocker -MountPoint $drive
    }
}
