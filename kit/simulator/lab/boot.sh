# Starts one laptop from inside its network namespace and a mount namespace of its own, so that every mount made
# here ends with its last process. Working directory: the laptop's folder.
# Arguments: mode, namespace, host name, base system, address with prefix length, folder of this file, and the
# absolute path of "root" here. That path is on every long-lived process's command line, also below: `laptop.py`
# finds them by it.
set -eu
mode=$1 namespace=$2 name=$3 base=$4 address=$5 scripts=$6 root=$7

ip address replace "$address" dev eth0
ip link set eth0 up
ip link set lo up

# A work folder that a killed laptop left refuses the next `volatile` mount.
rm -rf work
mkdir -p upper work base root
# Relative names: a comma or colon in a path would end the option.
mount --bind "$base" base
mount -t overlay "$namespace" -o lowerdir=base,upperdir=upper,workdir=work,volatile "$root"

if [ "$mode" = ns ]; then
    exec unshare --mount --pid --uts --ipc --fork --kill-child sh "$scripts/init.sh" "$root" "$name"
fi

# nspawn leaves files in here when it is killed.
mkdir -p /run/systemd/nspawn
mount -t tmpfs -o mode=755 tmpfs /run/systemd/nspawn

# systemd-nspawn --keep-unit puts every container into the group ".../payload" of the group it is started in:
# without a group of its own, each laptop's systemd would manage the services of all others.
enter_group() {
    for group in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
        if [ -e "$group/cgroup.procs" ]; then
            mkdir -p "$group/$namespace"
            echo 0 > "$group/$namespace/cgroup.procs"
        fi
    done
}

# As in mode ns: the laptop may set its own network's parameters, and no other of this kernel's.
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
status=133
# 133 is how nspawn says that the laptop wants to start again.
while [ "$status" = 133 ]; do
    status=0
    (
        enter_group
        exec systemd-nspawn --quiet --register=no --keep-unit "--directory=$root" --boot --machine="$namespace" \
            --hostname="$name" --network-namespace-path="/run/netns/$namespace" --capability=CAP_NET_ADMIN \
            --resolv-conf=off --console=pipe
    ) || status=$?
done
exit "$status"
