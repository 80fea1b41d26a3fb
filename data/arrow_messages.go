package data

import (
	"encoding/binary"
	"errors"
	"io"

	flatbuffers "github.com/google/flatbuffers/go"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// arrowMessages reads the messages of a stream, as https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
// lays them out, for the library to decode. The library's own reader is not used, because its decoder makes as many fields as a message
// claims to have: what is claimed is held against what is there first.
type arrowMessages struct {
	from  io.Reader
	spent *allowance
}

// continuation begins a message; the length of its description follows.
const continuation = 0xFFFFFFFF

// Message is the next one; io.EOF behind the last one where the stream says that it is, as all writers do.
func (m *arrowMessages) Message() (*ipc.Message, error) {
	size, err := m.length()
	if err == nil && size == continuation {
		size, err = m.length()
	}
	switch {
	case err != nil:
		return nil, err
	case size == 0:
		return nil, io.EOF
	}
	description, err := m.bytes(int64(size))
	if err != nil {
		return nil, err
	}
	kind, bodySize, sound := described(description)
	if !sound {
		return nil, reason("a message is not what it claims to be")
	}
	body, err := m.bytes(bodySize)
	if err != nil {
		return nil, err
	}
	if kind == ipc.MessageDictionaryBatch {
		if m.spent.kept += bodySize; m.spent.kept > m.spent.most {
			m.spent.refused = tooLarge(m.spent.most)
			return nil, m.spent.refused
		}
	}
	return ipc.NewMessage(memory.NewBufferBytes(description), memory.NewBufferBytes(body)), nil
}

func (m *arrowMessages) length() (uint32, error) {
	var word [4]byte
	if _, err := io.ReadFull(m.from, word[:]); err != nil {
		return 0, truncated(err)
	}
	return binary.LittleEndian.Uint32(word[:]), nil
}

// bytes are the next size bytes.
func (m *arrowMessages) bytes(size int64) ([]byte, error) {
	if size < 0 || size > m.spent.most {
		m.spent.refused = tooLarge(m.spent.most)
		return nil, m.spent.refused
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(m.from, b); err != nil {
		return nil, truncated(err)
	}
	return b, nil
}

// Retain does nothing: a message is the collector's.
func (*arrowMessages) Retain() {}

// Release does nothing.
func (*arrowMessages) Release() {}

// Where the parts of a message's description are: slots of the tables of Arrow's Message.fbs and Schema.fbs.
const (
	slotKind, slotHeader, slotBody, slotMessageMetadata = 6, 8, 10, 12 // Message

	slotFields, slotSchemaMetadata, slotFeatures = 6, 8, 10 // Schema

	slotName, slotTypeKind, slotType, slotChildren, slotFieldMetadata = 4, 8, 10, 14, 16 // Field

	slotKey, slotValue = 4, 6 // KeyValue
	slotOfType         = 6    // Timestamp's zone, and Union's type ids
	slotDictionary     = 6    // DictionaryBatch's batch

	slotNodes, slotBuffers, slotVariadic = 6, 8, 12 // RecordBatch

	typeTimestamp, typeUnion = 10, 14 // of Type
)

// mostNested is how deep fields may be in each other.
const mostNested = 64

// described looks through the description of a message. It is sound where every vector ends before the description does, and what is in
// it is no more than it has room for: tables and texts may be shared, so that few bytes claim much.
func described(description []byte) (kind ipc.MessageType, bodySize int64, sound bool) {
	defer func() {
		if recover() != nil { // a place beyond the end
			sound = false
		}
	}()
	c := &claims{room: len(description) / 4}
	message := flatbuffers.Table{Bytes: description, Pos: flatbuffers.GetUOffsetT(description)}
	kind = ipc.MessageType(message.GetByteSlot(slotKind, 0))
	bodySize = message.GetInt64Slot(slotBody, 0)
	c.pairs(message, slotMessageMetadata)
	header := union(message, slotHeader)
	switch kind {
	case ipc.MessageSchema:
		c.fields(header, slotFields, 0)
		c.pairs(header, slotSchemaMetadata)
		c.vector(header, slotFeatures, 8)
	case ipc.MessageDictionaryBatch:
		c.batch(inner(header, slotDictionary))
	case ipc.MessageRecordBatch:
		c.batch(header)
	}
	return kind, bodySize, !c.unsound
}

// claims are what was found in a description so far.
type claims struct {
	room    int // for tables and texts, in words of four bytes
	unsound bool
}

// errNoTable is what described recovers from where a table is not there, as it does from a place beyond the end.
var errNoTable = errors.New("no table")

// union is the table in a slot of a union, inner that in a slot of a table.
func union(of flatbuffers.Table, slot flatbuffers.VOffsetT) (t flatbuffers.Table) {
	at := of.Offset(slot)
	if at == 0 {
		panic(errNoTable)
	}
	of.Union(&t, flatbuffers.UOffsetT(at))
	return t
}

func inner(of flatbuffers.Table, slot flatbuffers.VOffsetT) flatbuffers.Table {
	at := of.Offset(slot)
	if at == 0 {
		panic(errNoTable)
	}
	return flatbuffers.Table{Bytes: of.Bytes, Pos: of.Indirect(flatbuffers.UOffsetT(at) + of.Pos)}
}

// vector is where a vector of elements of so many bytes begins, and how many they are.
func (c *claims) vector(of flatbuffers.Table, slot flatbuffers.VOffsetT, size int64) (from flatbuffers.UOffsetT, n int) {
	at := flatbuffers.UOffsetT(of.Offset(slot))
	if at == 0 || c.unsound {
		return 0, 0
	}
	from, n = of.Vector(at), of.VectorLen(at)
	if n < 0 || int64(from)+int64(n)*size > int64(len(of.Bytes)) {
		c.unsound = true
		return 0, 0
	}
	return from, n
}

// take takes a table or a text out of the room.
func (c *claims) take(words int) {
	if c.room -= words; c.room < 0 {
		c.unsound = true
	}
}

func (c *claims) text(of flatbuffers.Table, slot flatbuffers.VOffsetT) {
	_, n := c.vector(of, slot, 1)
	c.take(n / 4)
}

func (c *claims) pairs(of flatbuffers.Table, slot flatbuffers.VOffsetT) {
	from, n := c.vector(of, slot, 4)
	for i := 0; i < n && !c.unsound; i++ {
		pair := flatbuffers.Table{Bytes: of.Bytes, Pos: of.Indirect(from + flatbuffers.UOffsetT(4*i))}
		c.take(1)
		c.text(pair, slotKey)
		c.text(pair, slotValue)
	}
}

func (c *claims) fields(of flatbuffers.Table, slot flatbuffers.VOffsetT, nested int) {
	from, n := c.vector(of, slot, 4)
	if n > 0 && nested > mostNested {
		c.unsound = true
	}
	for i := 0; i < n && !c.unsound; i++ {
		field := flatbuffers.Table{Bytes: of.Bytes, Pos: of.Indirect(from + flatbuffers.UOffsetT(4*i))}
		c.take(1)
		c.text(field, slotName)
		c.pairs(field, slotFieldMetadata)
		switch kind := field.GetByteSlot(slotTypeKind, 0); kind {
		case typeTimestamp:
			c.text(union(field, slotType), slotOfType)
		case typeUnion:
			c.vector(union(field, slotType), slotOfType, 4)
		}
		c.fields(field, slotChildren, nested+1)
	}
}

func (c *claims) batch(t flatbuffers.Table) {
	c.vector(t, slotNodes, 16)
	c.vector(t, slotBuffers, 16)
	c.vector(t, slotVariadic, 8)
}
