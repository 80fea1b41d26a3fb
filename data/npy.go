package data

import (
	"encoding/binary"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// npyHeader describes an array of shape n×d; a vector is n×1.
type npyHeader struct {
	rows, cols int
	fortran    bool // columns are contiguous
	kind       npyKind
	offset     int64 // position of the first element
}

// maxNPYHeader limits the memory that a header can ask for; numpy itself refuses headers longer than 10 kB.
const maxNPYHeader = 64 << 10

var (
	npyDescr   = regexp.MustCompile(`'descr':\s*'([^']*)'`)
	npyFortran = regexp.MustCompile(`'fortran_order':\s*(True|False)`)
	npyShape   = regexp.MustCompile(`'shape':\s*\(([0-9, ]*)\)`)
)

// readNPYHeader reads the header of the NPY format, versions 1 to 3
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
func readNPYHeader(r io.Reader) (h npyHeader, err error) {
	prefix := make([]byte, 12)
	if _, err = io.ReadFull(r, prefix[:10]); err != nil {
		return h, truncated(err)
	}
	if string(prefix[:6]) != "\x93NUMPY" {
		return h, reason("does not begin as an NPY array does")
	}
	length, used := uint32(binary.LittleEndian.Uint16(prefix[8:])), 10
	if major := prefix[6]; major == 2 || major == 3 {
		if _, err = io.ReadFull(r, prefix[10:]); err != nil {
			return h, truncated(err)
		}
		length, used = binary.LittleEndian.Uint32(prefix[8:]), 12
	} else if major != 1 {
		return h, reasonf("has NPY version %d, want 1, 2 or 3", major)
	}
	if length > maxNPYHeader {
		return h, reasonf("has an NPY header of %d bytes, want at most %d", length, maxNPYHeader)
	}
	text := make([]byte, length)
	if _, err = io.ReadFull(r, text); err != nil {
		return h, truncated(err)
	}
	h.offset = int64(used) + int64(length)
	return h, h.parse(string(text))
}

// parse reads the Python dictionary of the header.
func (h *npyHeader) parse(text string) error {
	descr, order, shape := npyDescr.FindStringSubmatch(text), npyFortran.FindStringSubmatch(text), npyShape.FindStringSubmatch(text)
	if descr == nil || order == nil || shape == nil {
		return reasonf("has the NPY header %q, want 'descr' of one plain type, 'fortran_order' and 'shape'", strings.TrimSpace(text))
	}
	h.fortran = order[1] == "True"
	if err := h.setShape(shape[1]); err != nil {
		return err
	}
	var ok bool
	if h.kind, ok = npyKindOf(descr[1]); !ok {
		return reasonf("has elements of type %q, want floats of 4 or 8 bytes, integers or booleans", descr[1])
	}
	return nil
}

func (h *npyHeader) setShape(text string) error {
	var shape []int64 // int may be too small for the numbers in a file
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return reasonf("has the shape (%s), want whole numbers", text)
		}
		shape = append(shape, n)
	}
	if len(shape) == 1 {
		shape = append(shape, 1)
	}
	if len(shape) != 2 || shape[1] < 1 || shape[1] > maxRecord || shape[0] > math.MaxInt/8/shape[1] {
		return reasonf("has the shape (%s), want rows × columns or one column", text)
	}
	h.rows, h.cols = int(shape[0]), int(shape[1])
	return nil
}
