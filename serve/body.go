package serve

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// smallBody is the most that is read of a body before it takes a place. A body that is no longer takes a place for
// requests, a longer one a place for streams.
const smallBody = 64 << 10

// body is what a client sends, unpacked and limited in size.
type body struct {
	src   io.Reader
	begun []byte // the first bytes
	whole bool   // begun is the whole body
	stop  func()
}

// openBody reads the first bytes of a body.
func (s *Server) openBody(w http.ResponseWriter, r *http.Request) (*body, error) {
	if 0 <= r.ContentLength && r.ContentLength <= smallBody {
		if err := s.busy(); err != nil {
			return nil, err
		}
	}
	if r.ContentLength > s.limits.Body {
		return nil, refuse(http.StatusRequestEntityTooLarge, "the body has %d bytes, want at most %d", r.ContentLength, s.limits.Body)
	}
	b := &body{stop: func() {}}
	pace := &paced{src: r.Body, control: http.NewResponseController(w), limits: &s.limits}
	if err := b.unpack(pace, r.Header.Get("Content-Encoding")); err != nil {
		return nil, err
	}
	b.src = &capped{src: b.src, left: s.limits.Body, most: s.limits.Body}
	room := int64(4 << 10)
	if r.ContentLength >= 0 {
		room = min(r.ContentLength, smallBody)
	}
	b.begun = make([]byte, 0, room+1)
	for len(b.begun) <= smallBody {
		if len(b.begun) == cap(b.begun) {
			b.begun = append(b.begun, 0)[:len(b.begun)]
		}
		n, err := b.src.Read(b.begun[len(b.begun):cap(b.begun)])
		b.begun = b.begun[:len(b.begun)+n]
		if errors.Is(err, io.EOF) {
			b.whole = true
			return b, nil
		}
		if err != nil {
			b.stop()
			return nil, unreadable(err)
		}
	}
	return b, nil
}

// unpack sets the source.
func (b *body) unpack(src io.Reader, encoding string) error {
	switch encoding {
	case "", "identity":
		b.src = src
	case "gzip":
		z, err := gzip.NewReader(src)
		if err != nil {
			return unreadable(err)
		}
		b.src = z
	case "zstd":
		z, err := zstd.NewReader(src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
		if err != nil {
			return unreadable(err)
		}
		b.src, b.stop = z, z.Close
	default:
		return refuse(http.StatusUnsupportedMediaType, "Content-Encoding is %.40q, want gzip, zstd or none", encoding)
	}
	return nil
}

// unreadable is the problem with a body that is truncated.
func unreadable(err error) error {
	var p *problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(http.StatusRequestTimeout, "the body comes too slowly")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return refuse(http.StatusBadRequest, "the body ends before its end")
	}
	return refuse(http.StatusBadRequest, "the body cannot be read: it is damaged, or not packed as Content-Encoding says")
}

// rest reads the body from its first byte.
func (b *body) rest() io.Reader {
	if b.whole {
		return &ended{b.begun}
	}
	return io.MultiReader(&ended{b.begun}, b.src)
}

// ended reads the bytes in left.
type ended struct{ left []byte }

func (e *ended) Read(p []byte) (int, error) {
	if len(e.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, e.left)
	e.left = e.left[n:]
	return n, nil
}

// capped fails at the first byte beyond a limit.
type capped struct {
	src        io.Reader
	left, most int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, refuse(http.StatusRequestEntityTooLarge, "the body has more than %d bytes (unpacked), want fewer", c.most)
	}
	return n, err
}

// paced gives a client the time Wait, plus the time that each byte takes at Rate. Time in which the server is not reading does not
// count.
type paced struct {
	src     io.Reader
	control *http.ResponseController
	limits  *Limits
	waited  time.Duration
	read    int64
}

func (p *paced) Read(b []byte) (int, error) {
	began := time.Now()
	allowed := p.limits.Wait + time.Duration(float64(p.read)/float64(p.limits.Rate)*float64(time.Second))
	_ = p.control.SetReadDeadline(began.Add(allowed - p.waited)) // an error means that the server does not support deadlines
	n, err := p.src.Read(b)
	p.waited += time.Since(began)
	p.read += int64(n)
	if errors.Is(err, io.EOF) { // remove the deadline: net/http reads on to notice when the client leaves, and would mistake the deadline for that
		_ = p.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
