package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
	"unicode/utf8"

	"gaussflow/internal/defaults"
)

// Read reads a whole file, which must end where r does. Its tensors are in the order of their data. Every error wraps
// one of the package's or is r's own.
func Read(r io.Reader) (*File, error) {
	if defaults.IsNil(r) {
		return nil, errors.New("safetensors: Read: the reader is nil")
	}
	prefix, err := take(r, 8)
	if err != nil {
		return nil, fmt.Errorf("safetensors: header length: %w", err)
	}
	length := binary.LittleEndian.Uint64(prefix)
	if length > maxHeader || length < 2 {
		return nil, fmt.Errorf("safetensors: %w: its length is %d, want 2 to %d: this is no safetensors file", ErrHeader, length, maxHeader)
	}
	header, err := take(r, length)
	if err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	f, entries, err := parse(header)
	if err != nil {
		return nil, err
	}
	total, err := f.place(entries)
	if err != nil {
		return nil, err
	}
	data, err := take(r, total)
	if err != nil {
		return nil, fmt.Errorf("safetensors: data: %w", err)
	}
	if n, err := r.Read(make([]byte, 1)); n > 0 || err == nil {
		return nil, fmt.Errorf("safetensors: %w: want %d bytes of data", ErrTrailing, total)
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := f.verify(prefix, header, data); err != nil {
		return nil, err
	}
	for i := range f.Tensors {
		e := entries[f.Tensors[i].Name]
		f.Tensors[i].Data = decode(e.Dtype, data[e.Offsets[0]:e.Offsets[1]])
	}
	return f, nil
}

// take reads n bytes. Its memory grows with the bytes that are there, not with n.
func take(r io.Reader, n uint64) ([]byte, error) {
	var data bytes.Buffer
	got, err := data.ReadFrom(io.LimitReader(r, int64(n)))
	if err == nil && uint64(got) < n {
		err = fmt.Errorf("%w: got %d bytes, want %d", ErrTruncated, got, n)
	}
	return data.Bytes(), err
}

// parse reads the header; the tensors have no data yet.
func parse(header []byte) (*File, map[string]entry, error) {
	if !utf8.Valid(header) || header[0] != '{' {
		return nil, nil, fmt.Errorf("safetensors: %w: want a JSON object", ErrHeader)
	}
	f, entries := &File{}, map[string]entry{}
	d := json.NewDecoder(bytes.NewReader(header))
	err := object(d, "header", func(name string) error {
		if name == metadataKey {
			f.Metadata = map[string]string{}
			return object(d, metadataKey, func(key string) error {
				value, err := text(d, metadataKey+"."+key)
				f.Metadata[key] = value
				return err
			})
		}
		if len(f.Tensors) == maxTensors {
			return fmt.Errorf("%w: it has more than %d tensors", ErrHeader, maxTensors)
		}
		e, err := readEntry(d, name)
		entries[name] = e
		f.Tensors = append(f.Tensors, Tensor{Name: name, Shape: make([]int, len(e.Shape))})
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	if rest := header[d.InputOffset():]; len(bytes.Trim(rest, " ")) > 0 {
		return nil, nil, fmt.Errorf("safetensors: %w: got %.20q after the JSON object, want spaces", ErrHeader, rest)
	}
	return f, entries, nil
}

// object reads a JSON object, member by member, and refuses a name that occurs twice, unlike encoding/json.
func object(d *json.Decoder, where string, member func(name string) error) error {
	if err := delimiter(d, where, '{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return badJSON(where, err)
		}
		name := token.(string) // between { and } there is a name or an error
		if seen[name] {
			return fmt.Errorf("%s: %q: %w", where, name, ErrDuplicate)
		}
		seen[name] = true
		if err := member(name); err != nil {
			return err
		}
	}
	return delimiter(d, where, '}')
}

func delimiter(d *json.Decoder, where string, want json.Delim) error {
	token, err := d.Token()
	if err == nil && token != want {
		err = fmt.Errorf("got %v, want %v", token, want)
	}
	return badJSON(where, err)
}

// text reads a string and nothing else; encoding/json would accept null as an empty string.
func text(d *json.Decoder, where string) (string, error) {
	token, err := d.Token()
	s, ok := token.(string)
	if err == nil && !ok {
		err = fmt.Errorf("got %v, want a string", token)
	}
	return s, badJSON(where, err)
}

func badJSON(where string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %s: %w", ErrHeader, where, err)
}

func readEntry(d *json.Decoder, name string) (e entry, err error) {
	var offsets []uint64
	err = object(d, name, func(key string) (err error) {
		switch key {
		case "dtype":
			e.Dtype, err = text(d, name+".dtype")
			return err
		case "shape":
			return badJSON(name+".shape", d.Decode(&e.Shape))
		case "data_offsets":
			return badJSON(name+".data_offsets", d.Decode(&offsets))
		}
		return fmt.Errorf("%w: tensor %q: unknown field %q", ErrHeader, name, key)
	})
	if err != nil {
		return e, err
	}
	if e.Shape == nil || len(offsets) != 2 {
		return e, fmt.Errorf("%w: tensor %q: want a shape and two data_offsets", ErrHeader, name)
	}
	e.Offsets = [2]uint64(offsets)
	if sizes[e.Dtype] == 0 {
		return e, fmt.Errorf("tensor %q: %w: got %q", name, ErrDtype, e.Dtype)
	}
	return e, nil
}

// place sorts the tensors by their data, checks that their data covers the file without gaps, and sets their shapes; it
// returns the data's length.
func (f *File) place(entries map[string]entry) (total uint64, err error) {
	slices.SortStableFunc(f.Tensors, func(a, b Tensor) int {
		x, y := entries[a.Name].Offsets, entries[b.Name].Offsets
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]))
	})
	const most = min(1<<62, math.MaxInt)
	for _, t := range f.Tensors {
		e := entries[t.Name]
		if e.Offsets[0] != total || e.Offsets[1] < total {
			return 0, fmt.Errorf("safetensors: tensor %q: %w: data_offsets %v, want them to begin at %d", t.Name, ErrOffsets, e.Offsets, total)
		}
		length, ok := e.bytes()
		if !ok || length != e.Offsets[1]-total {
			return 0, fmt.Errorf("safetensors: tensor %q: %w: shape %v of %s in %d bytes", t.Name, ErrShape, e.Shape, e.Dtype, e.Offsets[1]-total)
		}
		total = e.Offsets[1]
	}
	if total > most {
		return 0, fmt.Errorf("safetensors: %w: %d bytes of data", ErrOffsets, total)
	}
	for _, t := range f.Tensors {
		for i, s := range entries[t.Name].Shape {
			if s > math.MaxInt { // possible beside a 0, if words have 32 bits
				return 0, fmt.Errorf("safetensors: tensor %q: %w: %d is more than this processor counts to", t.Name, ErrShape, s)
			}
			t.Shape[i] = int(s)
		}
	}
	return total, nil
}

// bytes is the length of an entry's data; ok is false if the shape is negative or overflows.
func (e entry) bytes() (n uint64, ok bool) {
	n = sizes[e.Dtype]
	for _, s := range e.Shape {
		var high uint64
		if high, n = bits.Mul64(n, uint64(s)); high != 0 || s < 0 {
			return 0, false
		}
	}
	return n, true
}

func decode(dtype string, raw []byte) any {
	switch dtype {
	case "F64":
		return numbers[float64](raw, 8)
	case "F32":
		return numbers[float32](raw, 4)
	}
	return slices.Clone(raw)
}

func numbers[T float32 | float64](raw []byte, size int) []T {
	v := make([]T, len(raw)/size)
	_, _ = binary.Decode(raw, binary.LittleEndian, v) // cannot fail: v is as long as raw by construction
	return v
}
