//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package files

import (
	"io"
	"runtime"
)

// lock does nothing: Windows removes no file that is open, and elsewhere nothing is swept.
func lock(string) (held io.Closer, alive bool) { return nil, true }

// removeAbandoned removes a temporary file, if the system refuses to remove those in use.
func removeAbandoned(path string) {
	if runtime.GOOS == "windows" {
		_ = system.Remove(path)
	}
}
