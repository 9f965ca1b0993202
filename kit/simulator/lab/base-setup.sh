# Run by mmdebstrap on the finished base system. Argument: its root folder.
set -eu
root=$1

# Made for each laptop by the lab, or this machine's own and nobody else's business.
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/resolv.conf" "$root/etc/hostname"
: > "$root/etc/resolv.conf"

# The account a station provisions with: no password, the station's key only.
chroot "$root" useradd --create-home --shell /bin/bash provision
echo 'provision ALL=(ALL) NOPASSWD:ALL' > "$root/etc/sudoers.d/provision"
chmod 440 "$root/etc/sudoers.d/provision"
printf 'PasswordAuthentication no\nPermitRootLogin no\n' > "$root/etc/ssh/sshd_config.d/00-lab.conf"

# There is no console, seat or disk to look after.
for unit in getty.target console-getty.service systemd-logind.service e2scrub_all.timer fstrim.timer \
    apt-daily.timer apt-daily-upgrade.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
