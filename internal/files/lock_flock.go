//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package files

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// lock locks a temporary file through a handle of its own, so that the lock outlives the writer's Close until the rename; the
// system releases it when the process ends, in whatever way. alive is false if a sweep has claimed the file for removal. On file
// systems without locks there is no lock, and nothing is swept either.
func lock(path string) (held io.Closer, alive bool) {
	f, err := os.Open(path)
	if err != nil {
		return nil, !os.IsNotExist(err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil && isAt(f, path) {
		return f, true
	}
	_ = f.Close()
	return nil, err != nil && !errors.Is(err, syscall.EWOULDBLOCK)
}

// isAt reports whether the open file is still the one at path.
func isAt(f *os.File, path string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(open, there)
}

// removeAbandoned removes a temporary file that is not locked.
func removeAbandoned(path string) {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return
	}
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer f.Close()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil && isAt(f, path) {
		_ = system.Remove(path)
	}
}
