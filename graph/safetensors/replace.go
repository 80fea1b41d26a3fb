package safetensors

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// ReplaceFile writes the file at path so that whoever opens it, after a crash at any moment, finds what was there
// before or all of the new content: into a temporary file of the same directory, synced, renamed, and the directory
// synced. An existing file keeps its permissions; a link is followed. It is an error if path is there and no
// regular file.
func ReplaceFile(path string, write func(w io.Writer) error) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	before, err := os.Stat(path)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case err == nil && !before.Mode().IsRegular():
		return fmt.Errorf("safetensors: %s is there and no regular file", path)
	}
	tmp, err := create(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	if err := fill(tmp, write); err != nil {
		return err
	}
	if before != nil {
		if err := os.Chmod(tmp.Name(), before.Mode().Perm()); err != nil {
			return err
		}
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	syncDir(filepath.Dir(path))
	return nil
}

// WriteFile is ReplaceFile with Write.
func WriteFile(path string, f *File) error {
	return ReplaceFile(path, func(w io.Writer) error { return Write(w, f) })
}

// ReadFile is Read of the file at path.
func ReadFile(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(bufio.NewReader(f))
}

// create makes a temporary file beside path.
func create(path string) (*os.File, error) {
	for {
		name := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// fill writes, syncs and closes f.
func fill(f *os.File, write func(w io.Writer) error) error {
	w := bufio.NewWriterSize(f, 1<<16)
	err := write(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes a rename last. Some systems cannot sync a directory; there the rename is as lasting as they make it.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
