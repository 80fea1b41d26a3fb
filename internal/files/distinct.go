package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A Use says how a command uses a file.
type Use struct {
	Name string   // its name on the command line: DATA, --history
	Path string   // "" if there is none
	Open *os.File // a standard stream, which may be a file too
}

func (u Use) String() string { return u.Name + " " + u.Path }

// Distinct reports every output that is the same file as an input or another output, however the paths are written: links, relative
// paths, names that the file system does not distinguish. No file is opened; for files that do not exist yet, the folders are
// compared. Pipes and devices may be used more than once.
func Distinct(inputs, outputs []Use) error {
	var errs []error
	for i, out := range outputs {
		for _, other := range append(outputs[:i:i], inputs...) {
			if same(out, other) {
				errs = append(errs, fmt.Errorf("%v is the same file as %v, want another one", out, other))
				break
			}
		}
	}
	return errors.Join(errs...)
}

func same(a, b Use) bool {
	if a.Path == "" || b.Path == "" {
		return false
	}
	x, errX := a.stat()
	y, errY := b.stat()
	switch {
	case errX == nil && errY == nil:
		return x.Mode().IsRegular() && os.SameFile(x, y)
	case errX == nil || errY == nil:
		return false
	}
	p, q := resolve(a.Path), resolve(b.Path)
	folder := filepath.Dir(p)
	x, errX = os.Stat(folder)
	y, errY = os.Stat(filepath.Dir(q))
	if errX != nil || errY != nil {
		return filepath.Clean(p) == filepath.Clean(q)
	}
	return os.SameFile(x, y) && sameName(folder, filepath.Base(p), filepath.Base(q))
}

func (u Use) stat() (os.FileInfo, error) {
	if u.Open != nil {
		return u.Open.Stat()
	}
	return os.Stat(u.Path)
}

// sameName reports whether two names denote the same file in a folder where neither exists. Only the file system knows whether
// case, accents or a dot at the end matter, so if these are the difference, sameName tries it with a file of its own.
func sameName(folder, a, b string) bool {
	if a == b || isASCII(a) && isASCII(b) && plain(a) != plain(b) {
		return a == b
	}
	probe := temporary(folder)
	h, err := system.Create(probe+a, 0o600)
	if err != nil {
		return strings.EqualFold(a, b)
	}
	x, errX := os.Stat(probe + a)
	y, errY := os.Stat(probe + b)
	_, _ = h.Close(), system.Remove(probe+a)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// plain reduces a name so that names with different results are distinct in every file system.
func plain(name string) string { return strings.ToLower(strings.TrimRight(name, ". ")) }

func isASCII(s string) bool { return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' }) }
