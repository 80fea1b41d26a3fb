package data

import (
	"encoding/binary"
	"errors"
	"io"

	flatbuffers "github.com/google/flatbuffers/go"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// arrowMessages reads the messages of a stream, as
// https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc lays them out, for the
// library to decode. The library's own reader is not used, because its decoder allocates as many fields as a message claims to
// have. Here every claim is first compared with the bytes that are there.
type arrowMessages struct {
	from  io.Reader
	spent *allowance
}

// continuation precedes a message; the length of the message's description follows it.
const continuation = 0xFFFFFFFF

// Message is the next message; it returns io.EOF after the last one, where the stream has the end mark that all writers
// write.
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

// bytes returns the next size bytes.
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

// Retain does nothing: messages are garbage collected.
func (*arrowMessages) Retain() {}

// Release does nothing.
func (*arrowMessages) Release() {}

// The positions of the parts of a message's description: slots of the tables in Arrow's Message.fbs and Schema.fbs.
const (
	slotKind, slotHeader, slotBody, slotMessageMetadata = 6, 8, 10, 12 // Message

	slotFields, slotSchemaMetadata, slotFeatures = 6, 8, 10 // Schema

	slotName, slotTypeKind, slotType, slotChildren, slotFieldMetadata = 4, 8, 10, 14, 16 // Field

	slotKey, slotValue = 4, 6 // KeyValue
	slotOfType         = 6    // Timestamp's time zone, and Union's type ids
	slotDictionary     = 6    // DictionaryBatch's batch

	slotNodes, slotBuffers, slotVariadic = 6, 8, 12 // RecordBatch

	typeTimestamp, typeUnion = 10, 14 // values of the union Type
)

// mostNested limits how deeply fields may be nested.
const mostNested = 64

// described examines the description of a message. It is sound if every vector ends within the description, and its tables and
// texts together are no larger than the description itself: tables and texts may be shared, so that a few bytes could claim much.
func described(description []byte) (kind ipc.MessageType, bodySize int64, sound bool) {
	defer func() {
		if recover() != nil { // an offset beyond the end
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

// claims are the tables and texts found in a description so far.
type claims struct {
	room    int // what is left for tables and texts, in words of four bytes
	unsound bool
}

// errNoTable is the value with which described panics, and from which it recovers, when a table is missing; offsets
// beyond the end panic too.
var errNoTable = errors.New("no table")

// union is the table in a union's slot of a table, inner the one in a table's slot.
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

// vector is the start of a vector with elements of size bytes, and their number.
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

// take subtracts a table or a text from the room.
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
