package data

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// encoded describes how a text is written. What is read from it is UTF-8, with lines that end in LF and a single character
// as separator.
type encoded struct {
	utf16  atomic.Bool
	latin  atomic.Bool // bytes beyond ASCII are not UTF-8 but Windows-1252, which includes Latin-1
	crEnds atomic.Bool // lines end in CR alone
	anyOf  bool        // neither Options nor the file's name determine the separator
	blanks atomic.Bool // cells are separated by runs of blanks
}

// decode reads a text from its first byte.
func (e *encoded) decode(stream io.ReadCloser) (io.ReadCloser, error) {
	r := bufio.NewReaderSize(stream, headBytes)
	head, err := r.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		stream.Close()
		return nil, err
	}
	var text io.Reader = r
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		e.utf16.Store(true)
		text = bufio.NewReaderSize(transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()), headBytes)
		head, _ = text.(*bufio.Reader).Peek(headBytes) // an error occurs again when the text is read
	} else {
		text = transform.NewReader(r, &byFirst{latin: &e.latin})
	}
	if bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		e.crEnds.Store(true)
		text = crLines{text}
	}
	if e.anyOf {
		if b := blanksIn(head, len(head) >= headBytes); b != nil {
			e.blanks.Store(true)
			text = transform.NewReader(text, b)
		}
	}
	return decodedText{text, stream}, nil
}

type decodedText struct {
	io.Reader
	io.Closer
}

// notes say what has been converted.
func (e *encoded) notes() (notes []string) {
	if e.utf16.Load() {
		notes = append(notes, "the text is UTF-16, and was converted to UTF-8")
	}
	if e.latin.Load() {
		notes = append(notes, "the text is not UTF-8: it was read as Windows-1252 (Latin-1), and converted")
	}
	if e.crEnds.Load() {
		notes = append(notes, "its lines end with CR alone")
	}
	if e.blanks.Load() {
		notes = append(notes, "its cells are parted by blanks, and were read as parted by tabs")
	}
	return notes
}

// crLines reads CR as LF.
type crLines struct{ io.Reader }

// Read reads and converts.
func (r crLines) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// byFirst leaves UTF-8 as it is and converts Windows-1252 to it. Its first byte beyond ASCII, with those after it, decides which of
// them a text is. In a text taken for UTF-8, invalid bytes stay as they are.
type byFirst struct {
	latin *atomic.Bool
	known bool
	code  transform.Transformer // nil: the text stays as it is
}

// Reset returns to the state before the first byte.
func (b *byFirst) Reset() { b.known, b.code = false, nil }

// Transform converts src to dst.
func (b *byFirst) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	if !b.known {
		n := ascii(src)
		if n < len(src) && (atEOF || utf8.FullRune(src[n:])) {
			b.known = true
			if r, size := utf8.DecodeRune(src[n:]); r == utf8.RuneError && size == 1 {
				b.code = charmap.Windows1252.NewDecoder()
				b.latin.Store(true)
			}
		} else if n < len(src) {
			n = copy(dst, src[:n])
			return n, n, transform.ErrShortSrc
		}
	}
	if b.code != nil {
		return b.code.Transform(dst, src, atEOF)
	}
	if nDst = copy(dst, src); nDst < len(src) {
		err = transform.ErrShortDst
	}
	return nDst, nDst, err
}

// ascii is how many bytes at the start of text are ASCII.
func ascii(text []byte) int {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return len(text)
}
