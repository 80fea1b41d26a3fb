//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package files

import (
	"io"
	"runtime"
)

// lock does nothing: Windows does not remove open files, and on other systems nothing is swept.
func lock(string) (held io.Closer, alive bool) { return nil, true }

// removeAbandoned removes a temporary file, if the system refuses to remove files in use.
func removeAbandoned(path string) {
	if runtime.GOOS == "windows" {
		_ = system.Remove(path)
	}
}
