# First process of a laptop in mode ns: its own /proc, /run, /dev and root, then sshd for ever.
# Arguments: root folder (its path stays on the command line, see boot.sh), host name.
set -eu
root=$1
hostname "$2"
mount --make-rprivate /
cd "$root"

mount -t proc -o nosuid,nodev,noexec proc proc
# Parameters of the network are this laptop's own; all others are the whole machine's.
mount --bind proc/sys proc/sys
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,ro proc/sys
if [ -e proc/sysrq-trigger ]; then
    mount --bind proc/sysrq-trigger proc/sysrq-trigger
    mount -o remount,bind,ro proc/sysrq-trigger
fi
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run
mkdir -m 755 run/sshd
mkdir -m 1777 run/lock
mount -t tmpfs -o mode=755,nosuid tmpfs dev
mkdir dev/pts
mkdir -m 1777 dev/shm
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr

mkdir .old
pivot_root . .old
cd /
umount -l /.old
rmdir /.old

# What systemd-nspawn leaves a container, less making devices and rebooting, plus its own network: a role that
# goes wrong must not reach this machine's kernel.
keep=-all
for capability in audit_control audit_write chown dac_override dac_read_search fowner fsetid ipc_owner kill lease \
    linux_immutable net_admin net_bind_service net_broadcast net_raw setfcap setgid setpcap setuid sys_admin \
    sys_chroot sys_nice sys_ptrace sys_resource sys_tty_config; do
    keep=$keep,+$capability
done
# sshd is started again when a role ends it; this shell also collects the orphans of all logins.
exec setpriv --bounding-set="$keep" --inh-caps=-all \
    sh -c 'while :; do /usr/sbin/sshd -D -e || sleep 1; done' "$root"
