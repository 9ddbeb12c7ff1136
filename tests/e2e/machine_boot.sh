#!/bin/bash
# A machine with a real systemd as its first process, in namespaces of its own over an image of this one's file system
# that is forgotten with it. Run as root by machine.mjs: machine_boot.sh NAME FOLDER BUILD. The network is the host's.
set -euo pipefail
name=$1 folder=$2 build=$3

if [ "${4:-}" != inside ]; then # a control group of its own, so that systemd orders that one and not the host's
  for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*/; do
    [ -e "$hierarchy/cgroup.procs" ] && [ ! -e "$hierarchy/../cgroup.procs" ] || continue
    mkdir "$hierarchy/$name"
    [ ! -e "$hierarchy/cpuset.cpus" ] || cat "$hierarchy/cpuset.cpus" >"$hierarchy/$name/cpuset.cpus"
    [ ! -e "$hierarchy/cpuset.mems" ] || cat "$hierarchy/cpuset.mems" >"$hierarchy/$name/cpuset.mems"
    echo $$ >"$hierarchy/$name/cgroup.procs"
  done
  exec unshare --pid --fork --kill-child --mount --uts --ipc --cgroup "$0" "$@" inside
fi

mount --make-rprivate /
mount -t tmpfs tmpfs "$folder"
mkdir "$folder"/{changed,work,root}
root=$folder/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/changed,workdir=$folder/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"

rm -rf "$root"/etc/systemd/system/*.wants "$root"/lib/systemd/system/*.wants/* "$root/etc/machine-id"
printf '[Unit]\nDescription=nothing but what a test starts\nAllowIsolate=yes\n' >"$root/etc/systemd/system/test.target"
# The network is the host's, and configured; so are its devices and its clock.
for unit in systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service NetworkManager.service \
  NetworkManager-wait-online.service systemd-resolved.service systemd-timesyncd.service systemd-udevd.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
useradd --root "$root" --system --home-dir /var/lib/openclaw --shell /usr/sbin/nologin openclaw
DESTDIR=$root meson install -C "$build" --no-rebuild --quiet --strip

cd "$root"
mkdir -p host
pivot_root . host
umount -l /host
export container=openclaw-test
exec /lib/systemd/systemd --system --unit=test.target --log-target=null --show-status=no
