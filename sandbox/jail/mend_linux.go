package jail

import (
	"os"
	"strings"
)

// mends says how to switch missing layers on, as far as this machine shows
// what keeps them off.
func mends(missing []Layer) []Mend {
	var list []Mend
	for _, layer := range missing {
		if command := mend(layer); command != "" {
			list = append(list, Mend{Layer: layer, Command: command})
		}
	}
	return list
}

func mend(layer Layer) string {
	switch layer {
	case UserNS:
		return mendUserNS()
	case CgroupMemory, CgroupCPU:
		return "systemd-run --user --scope -p Delegate=yes tutor"
	case Landlock:
		return "boot a kernel of 5.13 or later with landlock among its security modules: lsm=landlock,..."
	case Seccomp:
		return "boot a kernel with CONFIG_SECCOMP_FILTER"
	default:
		return ""
	}
}

// mendUserNS names the switch of this machine that forbids user namespaces.
func mendUserNS() string {
	for _, sw := range []struct{ file, off, command string }{
		{"kernel/apparmor_restrict_unprivileged_userns", "1", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
		{"kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"},
		{"user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"},
	} {
		data, err := os.ReadFile("/proc/sys/" + sw.file)
		if err == nil && strings.TrimSpace(string(data)) == sw.off {
			return sw.command
		}
	}
	return "in a container: start it with --security-opt seccomp=unconfined, or run tutor outside of it"
}
