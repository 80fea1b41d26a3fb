package safetensors

import (
	"bufio"
	"errors"
	"io"
	"os"

	"gaussflow/internal/files"
)

// WriteFile writes f to the file at path, which after a crash at any moment holds either what was there before or all of
// the new content. An existing file keeps its permissions; a link is followed.
func WriteFile(path string, f *File) error {
	if f == nil {
		return errors.New("safetensors: WriteFile: the file is nil")
	}
	return files.Replace(path, func(w io.Writer) error { return Write(w, f) })
}

// ReadFile reads the file at path.
func ReadFile(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(bufio.NewReader(f))
}
