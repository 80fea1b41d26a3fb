// Package safetensors reads and writes the safetensors layout: named arrays with a few strings beside them.
//
//	8 bytes    N, the length of the header, little-endian
//	N bytes    header: a JSON object, padded with spaces to a multiple of 8
//	the rest   the arrays' numbers, little-endian, row-major, without gaps
//
// The header maps each array's name to {"dtype": "F64", "shape": [2, 3], "data_offsets": [begin, end]}, with offsets
// from the end of the header, and "__metadata__" to an object of strings. Everything read is checked: a damaged or
// hostile file is an error, and takes memory in proportion to its length, not to what it claims.
//
// Files written here have an additional string, "checksum": the SHA-256 of the whole file, in hexadecimal, computed
// with these 64 digits replaced by zeros. Read verifies it if a file has one.
//
// Source: https://github.com/huggingface/safetensors, its section "Format".
package safetensors

import "errors"

// A File is arrays in the order of their data, and strings.
type File struct {
	Metadata map[string]string // without the checksum
	Tensors  []Tensor
	Verified bool // Read has found a checksum and it is right; ignored by Write
}

// A Tensor is a named array, row-major; without axes it is one number.
type Tensor struct {
	Name  string
	Shape []int
	Data  any // []float64, []float32 or []byte
}

// What can be wrong with a file; the errors of Read and Write wrap one of these and say where.
var (
	ErrTruncated = errors.New("the file ends too early")
	ErrHeader    = errors.New("the header is not one of safetensors")
	ErrDuplicate = errors.New("a name appears twice")
	ErrDtype     = errors.New("the dtype is not one of F64, F32 and U8")
	ErrShape     = errors.New("the shape does not fit the data")
	ErrOffsets   = errors.New("the data overlaps, has gaps or lies outside the file")
	ErrChecksum  = errors.New("the checksum is wrong: the file is damaged")
	ErrTrailing  = errors.New("there is something after the last tensor")
)

const (
	maxHeader   = 100_000_000 // as in the reference implementation
	maxTensors  = 1 << 17     // the description of a tensor takes more memory than a small tensor
	metadataKey = "__metadata__"
)

// dtypeOf is the dtype of a Tensor's data, its length and the number of bytes of an element.
func dtypeOf(data any) (name string, length, size int, ok bool) {
	switch d := data.(type) {
	case []float64:
		return "F64", len(d), 8, true
	case []float32:
		return "F32", len(d), 4, true
	case []byte:
		return "U8", len(d), 1, true
	}
	return "", 0, 0, false
}

// sizes are the numbers of bytes of an element.
var sizes = map[string]uint64{"F64": 8, "F32": 4, "U8": 1}
