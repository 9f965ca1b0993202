# Switches off every enabled rule that lets something through and is not ours; Windows brings hundreds.
[CmdletBinding(SupportsShouldProcess)]
param()

$strangers = @(
    Get-NetFirewallRule -Enabled True -Action Allow | Where-Object { $_.DisplayName -notlike 'crisis-kit *' }
)
$Ansible.Changed = $strangers.Count -gt 0
if ($strangers -and $PSCmdlet.ShouldProcess("$($strangers.Count) rules", 'Disable')) {
    $strangers | Disable-NetFirewallRule
}
