package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// checksumKey is the key of the checksum in the metadata.
const checksumKey = "checksum"

// noChecksum takes the place of the checksum while it is computed.
var noChecksum = strings.Repeat("0", hex.EncodedLen(sha256.Size))

// A digest is a checksum in the process of being computed.
type digest struct{ hash.Hash }

func newDigest(parts ...[]byte) digest {
	d := digest{sha256.New()}
	for _, p := range parts {
		d.Write(p)
	}
	return d
}

func (d digest) text() string { return hex.EncodeToString(d.Sum(nil)) }

// replaced is a copy of header in which, at the first place where before and then the digits old occur, old is replaced
// by by.
func replaced(header []byte, before, old, by string) ([]byte, bool) {
	at := bytes.Index(header, []byte(before+old))
	if at < 0 || len(old) != len(by) {
		return header, false
	}
	out := bytes.Clone(header)
	copy(out[at+len(before):], by)
	return out, true
}

// verify checks the checksum of a file that has one.
func (f *File) verify(prefix, header, data []byte) error {
	want, ok := f.Metadata[checksumKey]
	if !ok {
		return nil
	}
	plain, found := replaced(header, "", want, noChecksum)
	if got := newDigest(prefix, plain, data).text(); !found || got != want {
		return fmt.Errorf("safetensors: %w: it says %.64q, want %s", ErrChecksum, want, got)
	}
	delete(f.Metadata, checksumKey)
	if len(f.Metadata) == 0 {
		f.Metadata = nil
	}
	f.Verified = true
	return nil
}
