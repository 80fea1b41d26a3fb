package safetensors_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"gaussflow/graph/safetensors"
)

func sample() *safetensors.File {
	return &safetensors.File{
		Metadata: map[string]string{"format": "test", "a": "\"quoted\" ☃"},
		Tensors: []safetensors.Tensor{
			{Name: "b", Shape: []int{2, 3}, Data: []float64{0, math.Pi, math.Inf(1), math.Copysign(0, -1), 5e-324, 1e308}},
			{Name: "a.kernel", Shape: []int{3}, Data: []float32{1, -2, math.MaxFloat32}},
			{Name: "one", Shape: []int{}, Data: []float64{7}},
			{Name: "none", Shape: []int{0, 4}, Data: []float64{}},
			{Name: "text", Shape: []int{5}, Data: []byte("hello")},
		},
	}
}

func encode(t testing.TB, f *safetensors.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	for name, f := range map[string]*safetensors.File{"sample": sample(), "empty": {}} {
		data := encode(t, f)
		if n := binary.LittleEndian.Uint64(data); n%8 != 0 {
			t.Errorf("%s: the header has %d bytes, want a multiple of 8", name, n)
		}
		got, err := safetensors.Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if !got.Verified {
			t.Errorf("%s: what was written has no checksum", name)
		}
		if got.Verified = false; !reflect.DeepEqual(got, f) {
			t.Errorf("%s: got %+v, want %+v", name, got, f)
		}
		if !bytes.Equal(encode(t, got), data) {
			t.Errorf("%s: written again it is another file", name)
		}
	}
}

// TestLayout reads and writes a file that was put together by hand from the specification.
func TestLayout(t *testing.T) {
	zeros := strings.Repeat("0", 64)
	header := `{"__metadata__":{"a":"` + zeros + `","checksum":"` + zeros + `","k":"\"checksum\":\"` + zeros + `"},"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}`
	want := binary.LittleEndian.AppendUint64(nil, uint64((len(header)+7)/8*8))
	want = append(want, header...)
	want = append(want, strings.Repeat(" ", (8-len(header)%8)%8)...)
	want = append(want, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0) // 1, −2
	sum := sha256.Sum256(want)
	want = bytes.Replace(want, []byte(`"checksum":"`+zeros), fmt.Appendf(nil, `"checksum":"%x`, sum), 1)
	got := encode(t, &safetensors.File{Metadata: map[string]string{"a": zeros, "k": `"checksum":"` + zeros},
		Tensors: []safetensors.Tensor{{Name: "x", Shape: []int{1, 2}, Data: []float32{1, -2}}}})
	if !bytes.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestChecksum: a file with any one bit turned is refused.
func TestChecksum(t *testing.T) {
	data := encode(t, sample())
	for i := range data {
		for bit := range 8 {
			damaged := bytes.Clone(data)
			damaged[i] ^= 1 << bit
			if f, err := safetensors.Read(bytes.NewReader(damaged)); err == nil && f.Verified {
				t.Fatalf("bit %d of byte %d is turned, and the file is taken for whole", bit, i)
			}
		}
	}
	named := &safetensors.File{Metadata: map[string]string{"checksum": "mine"}}
	if err := safetensors.Write(io.Discard, named); !errors.Is(err, safetensors.ErrDuplicate) {
		t.Errorf("a string called checksum: got %v, want ErrDuplicate", err)
	}
}

func TestTruncatedAtEveryLength(t *testing.T) {
	data := encode(t, sample())
	for n := range data {
		if _, err := safetensors.Read(bytes.NewReader(data[:n])); !errors.Is(err, safetensors.ErrTruncated) {
			t.Fatalf("%d of %d bytes: got %v, want ErrTruncated", n, len(data), err)
		}
	}
}

// file is a file with the given header and n bytes of data.
func file(header string, n int) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), make([]byte, n)...)
}

// one is a header of one tensor x with the given fields.
func one(fields string) string { return `{"x":{` + fields + `}}` }

func TestDamaged(t *testing.T) {
	const good = `"dtype":"F64","shape":[2],"data_offsets":[0,16]`
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"header of 2⁶³ bytes":     {binary.LittleEndian.AppendUint64(nil, 1<<63), safetensors.ErrHeader},
		"header of 100 MB + 1":    {binary.LittleEndian.AppendUint64(nil, 100_000_001), safetensors.ErrHeader},
		"header of 99 MB, absent": {binary.LittleEndian.AppendUint64(nil, 99_000_000), safetensors.ErrTruncated},
		"text":                    {[]byte("x1,x2\n1.5,2.5\n3.5,4.5\n"), safetensors.ErrHeader},
		"not JSON":                {file("{nonsense", 0), safetensors.ErrHeader},
		"an array":                {file("[]", 0), safetensors.ErrHeader},
		"cut short":               {file(`{"x":{"dtype"`, 0), safetensors.ErrHeader},
		"not UTF-8":               {file("{\"\xff\":1}", 0), safetensors.ErrHeader},
		"two objects":             {file("{}{}", 0), safetensors.ErrHeader},
		"tensor is no object":     {file(`{"x":3}`, 0), safetensors.ErrHeader},
		"metadata of a number":    {file(`{"__metadata__":{"a":1}}`, 0), safetensors.ErrHeader},
		"metadata of null":        {file(`{"__metadata__":{"a":null}}`, 0), safetensors.ErrHeader},
		"metadata is an array":    {file(`{"__metadata__":[]}`, 0), safetensors.ErrHeader},
		"unknown field":           {file(one(good+`,"z":1`), 16), safetensors.ErrHeader},
		"field in capitals":       {file(one(`"DTYPE":"F64","shape":[2],"data_offsets":[0,16]`), 16), safetensors.ErrHeader},
		"no shape":                {file(one(`"dtype":"F64","data_offsets":[0,16]`), 16), safetensors.ErrHeader},
		"null shape":              {file(one(`"dtype":"F64","shape":null,"data_offsets":[0,16]`), 16), safetensors.ErrHeader},
		"one offset":              {file(one(`"dtype":"F64","shape":[2],"data_offsets":[0]`), 16), safetensors.ErrHeader},
		"negative offset":         {file(one(`"dtype":"F64","shape":[2],"data_offsets":[-1,15]`), 16), safetensors.ErrHeader},
		"fraction in the shape":   {file(one(`"dtype":"F64","shape":[2.5],"data_offsets":[0,16]`), 16), safetensors.ErrHeader},
		"tensor twice":            {file(`{"x":{`+good+`},"x":{`+good+`}}`, 16), safetensors.ErrDuplicate},
		"field twice":             {file(one(good+`,"dtype":"F32"`), 16), safetensors.ErrDuplicate},
		"metadata key twice":      {file(`{"__metadata__":{"a":"1","a":"2"}}`, 0), safetensors.ErrDuplicate},
		"metadata twice":          {file(`{"__metadata__":{},"__metadata__":{}}`, 0), safetensors.ErrDuplicate},
		"another dtype":           {file(one(`"dtype":"BF16","shape":[2],"data_offsets":[0,4]`), 4), safetensors.ErrDtype},
		"no dtype":                {file(one(`"shape":[2],"data_offsets":[0,16]`), 16), safetensors.ErrDtype},
		"another size":            {file(one(`"dtype":"F64","shape":[3],"data_offsets":[0,16]`), 16), safetensors.ErrShape},
		"negative shape":          {file(one(`"dtype":"F64","shape":[-1,-2],"data_offsets":[0,16]`), 16), safetensors.ErrShape},
		"overflowing shape":       {file(one(`"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,16]`), 16), safetensors.ErrShape},
		"end before begin":        {file(one(`"dtype":"F64","shape":[2],"data_offsets":[16,0]`), 16), safetensors.ErrOffsets},
		"gap":                     {file(one(`"dtype":"F64","shape":[2],"data_offsets":[8,24]`), 24), safetensors.ErrOffsets},
		"overlap":                 {file(`{"x":{`+good+`},"y":{"dtype":"F64","shape":[2],"data_offsets":[8,24]}}`, 24), safetensors.ErrOffsets},
		"the same bytes":          {file(`{"x":{`+good+`},"y":{`+good+`}}`, 16), safetensors.ErrOffsets},
		"beyond the file":         {file(one(`"dtype":"U8","shape":[99000000],"data_offsets":[0,99000000]`), 16), safetensors.ErrTruncated},
		"beyond all files":        {file(one(`"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]`), 16), safetensors.ErrOffsets},
		"one byte more":           {file(one(good), 17), safetensors.ErrTrailing},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := safetensors.Read(bytes.NewReader(c.data))
			runtime.ReadMemStats(&after)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
				t.Errorf("it took %d bytes of memory for a file of %d", used, len(c.data))
			}
		})
	}
}

func TestBadTensors(t *testing.T) {
	x := func(name string, data any, shape ...int) safetensors.Tensor {
		return safetensors.Tensor{Name: name, Shape: shape, Data: data}
	}
	for name, c := range map[string]struct {
		tensors []safetensors.Tensor
		want    error
	}{
		"integers":       {[]safetensors.Tensor{x("x", []int{1}, 1)}, safetensors.ErrDtype},
		"nil":            {[]safetensors.Tensor{x("x", nil)}, safetensors.ErrDtype},
		"wrong shape":    {[]safetensors.Tensor{x("x", []float64{1, 2}, 3)}, safetensors.ErrShape},
		"negative shape": {[]safetensors.Tensor{x("x", []float64{1, 2}, -1, -2)}, safetensors.ErrShape},
		"one name":       {[]safetensors.Tensor{x("x", []float64{1}, 1), x("x", []float64{1}, 1)}, safetensors.ErrDuplicate},
		"reserved name":  {[]safetensors.Tensor{x("__metadata__", []float64{1}, 1)}, safetensors.ErrDuplicate},
		"not UTF-8":      {[]safetensors.Tensor{x("\xff", []float64{1}, 1)}, safetensors.ErrHeader},
	} {
		if err := safetensors.Write(io.Discard, &safetensors.File{Tensors: c.tensors}); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

// TestWriteFileKeeps: WriteFile to a symbolic link keeps the link, and the permissions of the file that it replaces.
func TestWriteFileKeeps(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "m"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, []byte("before"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	if err := safetensors.WriteFile(link, sample()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v, %v, want 0640", info.Mode(), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode().IsRegular() {
		t.Errorf("the link is gone: %v", err)
	}
	want := sample()
	want.Verified = true
	if f, err := safetensors.ReadFile(path); err != nil || !reflect.DeepEqual(f, want) {
		t.Errorf("read back %v, %v", f, err)
	}
}

// FuzzRead: any bytes are read as a file or refused with an error, and writing a file that was read gives one that reads the same.
func FuzzRead(f *testing.F) {
	f.Add(encode(f, sample()))
	f.Add(file(one(`"dtype":"F32","shape":[2],"data_offsets":[0,8]`), 8))
	f.Add(file(`{"__metadata__":{"a":"b"}}`, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := safetensors.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		again := encode(t, got)
		back, err := safetensors.Read(bytes.NewReader(again))
		if err != nil || !bytes.Equal(encode(t, back), again) {
			t.Errorf("what was read cannot be written and read again: %v", err)
		}
	})
}

// TestManyTensors: a header that lists more tensors than any real model is refused before it is read to its end.
func TestManyTensors(t *testing.T) {
	var header strings.Builder
	for i := range 1 << 18 {
		fmt.Fprintf(&header, `,"t%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`, i)
	}
	_, err := safetensors.Read(bytes.NewReader(file("{"+header.String()[1:]+"}", 0)))
	if !errors.Is(err, safetensors.ErrHeader) || !strings.Contains(err.Error(), "more than 131072 tensors") {
		t.Errorf("got %v", err)
	}
	if err = safetensors.Write(io.Discard, &safetensors.File{Tensors: make([]safetensors.Tensor, 1<<18)}); !errors.Is(err, safetensors.ErrHeader) {
		t.Errorf("written: %v", err)
	}
}
