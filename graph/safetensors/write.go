package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"unicode/utf8"

	"gaussflow/internal/defaults"
)

// entry is a tensor in the header.
type entry struct {
	Dtype   string    `json:"dtype"`
	Shape   []int64   `json:"shape"` // int may be too small for the numbers in a file
	Offsets [2]uint64 `json:"data_offsets"`
}

// Write writes f, with its checksum; the same File gives the same bytes. It is an error if two tensors have the same name, a
// shape does not fit its data, a string is called "checksum", or the header is longer than 100 MB.
func Write(w io.Writer, f *File) error {
	if f == nil || defaults.IsNil(w) {
		return errors.New("safetensors: Write: the file or the writer is nil")
	}
	header, err := f.header()
	if err != nil {
		return err
	}
	prefix := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	sum := newDigest(prefix, header)
	if err := f.data(sum); err != nil {
		return err
	}
	header, _ = replaced(header, `"`+checksumKey+`":"`, noChecksum, sum.text()) // no other text contains this, since JSON escapes quotes
	if _, err := w.Write(append(prefix, header...)); err != nil {
		return err
	}
	return f.data(w)
}

// data writes the numbers.
func (f *File) data(w io.Writer) error {
	for _, t := range f.Tensors {
		if err := binary.Write(w, binary.LittleEndian, t.Data); err != nil {
			return err
		}
	}
	return nil
}

// header is the JSON object, written by hand so that it keeps the order of the tensors, with zeros for the checksum.
func (f *File) header() ([]byte, error) {
	var h bytes.Buffer
	h.WriteByte('{')
	for key, value := range f.Metadata {
		if err := checkText(key, value); err != nil {
			return nil, err
		}
		if key == checksumKey {
			return nil, fmt.Errorf("safetensors: %s: %q: %w", metadataKey, key, ErrDuplicate)
		}
	}
	metadata := maps.Clone(f.Metadata)
	if metadata == nil {
		metadata = map[string]string{}
	}
	metadata[checksumKey] = noChecksum
	if err := field(&h, metadataKey, metadata); err != nil {
		return nil, err
	}
	if len(f.Tensors) > maxTensors {
		return nil, fmt.Errorf("safetensors: %w: %d tensors, want at most %d", ErrHeader, len(f.Tensors), maxTensors)
	}
	seen, at := map[string]bool{metadataKey: true}, uint64(0)
	for _, t := range f.Tensors {
		e, err := t.entry(at)
		if err != nil {
			return nil, err
		}
		if seen[t.Name] {
			return nil, fmt.Errorf("safetensors: tensor %q: %w", t.Name, ErrDuplicate)
		}
		seen[t.Name], at = true, e.Offsets[1]
		if err := field(&h, t.Name, e); err != nil {
			return nil, err
		}
	}
	h.WriteByte('}')
	for h.Len()%8 != 0 {
		h.WriteByte(' ')
	}
	if h.Len() > maxHeader {
		return nil, fmt.Errorf("safetensors: %w: it has %d bytes, want at most %d", ErrHeader, h.Len(), maxHeader)
	}
	return h.Bytes(), nil
}

// entry describes t, with its data at an offset.
func (t Tensor) entry(at uint64) (entry, error) {
	if err := checkText(t.Name); err != nil {
		return entry{}, err
	}
	dtype, length, size, ok := dtypeOf(t.Data)
	if !ok {
		return entry{}, fmt.Errorf("safetensors: tensor %q: %w: got %T", t.Name, ErrDtype, t.Data)
	}
	e := entry{dtype, make([]int64, len(t.Shape)), [2]uint64{at, at + uint64(length)*uint64(size)}}
	for i, s := range t.Shape {
		e.Shape[i] = int64(s)
	}
	if n, ok := e.bytes(); !ok || n != e.Offsets[1]-at {
		return entry{}, fmt.Errorf("safetensors: tensor %q: %w: shape %v, %d numbers", t.Name, ErrShape, t.Shape, length)
	}
	return e, nil
}

func checkText(texts ...string) error {
	for _, s := range texts {
		if !utf8.ValidString(s) {
			return fmt.Errorf("safetensors: %w: %q is not UTF-8", ErrHeader, s)
		}
	}
	return nil
}

// field appends one member of a JSON object.
func field(h *bytes.Buffer, name string, value any) error {
	key, err := json.Marshal(name)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if h.Len() > 1 {
		h.WriteByte(',')
	}
	h.Write(key)
	h.WriteByte(':')
	h.Write(raw)
	return nil
}
