# Every user may send ICMP only where the administrator asked for it by creating this file.
if [ -e /etc/icmptime/setcap ]; then
  if ! command -v setcap >/dev/null 2>&1; then
    echo "icmptime: /etc/icmptime/setcap exists, but setcap is not installed: only root may send" >&2
  elif ! setcap cap_net_raw+ep /usr/bin/icmptime; then
    echo "icmptime: this file system keeps no capabilities: only root may send" >&2
  fi
elif command -v setcap >/dev/null 2>&1; then
  setcap -r /usr/bin/icmptime 2>/dev/null || true
fi
