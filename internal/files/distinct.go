package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A Use is what a command does with a file.
type Use struct {
	Name string   // what the command line calls it: DATA, --history
	Path string   // "": not used
	Open *os.File // a standard stream, which may be a file too
}

func (u Use) String() string { return u.Name + " " + u.Path }

// Distinct reports every output that is the same file as an input or as another output, however the paths are spelled: links,
// relative paths, names that differ in nothing that the file system tells apart. Nothing is opened; of the files that are not there
// yet, the folders decide. Pipes and devices may be used as often as one likes.
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

// sameName reports whether two names are one in a folder where neither is. Whether case, accents or a dot at the end count is known to
// the file system alone, which is asked with a file of its own where there may be a question.
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

// plain is what tells names apart for every file system.
func plain(name string) string { return strings.ToLower(strings.TrimRight(name, ". ")) }

func isASCII(s string) bool { return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' }) }
