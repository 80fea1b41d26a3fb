package main

import (
	"fmt"
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// begin declares a function of the lanes' element type.
func (l lanes) begin(name, doc, args string) {
	clear(pinned)
	TEXT(name+l.name(), NOSPLIT, "func("+fmt.Sprintf(args, l.goType())+")")
	Pragma("noescape")
	Doc(name + l.name() + " " + doc)
}

func arg(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// param is where a parameter lies. A number read by Load would be, with an instruction that is slow beside vectors.
func param(name string) Mem { return place(Param(name)) }

// result is where the result lies; see param.
func result() Mem { return place(ReturnIndex(0)) }

func place(c gotypes.Component) Mem {
	p, err := c.Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

func at(base, offset reg.Register) Mem { return Mem{Base: base, Index: offset, Scale: 1} }

// loop runs body n ≥ 1 times.
func loop(label string, n reg.GPVirtual, body func()) {
	Label(label)
	body()
	DECQ(n)
	JNZ(LabelRef(label))
}

// shifted is a parameter times a power of two.
func shifted(param string, by int) reg.GPVirtual {
	size := arg(param)
	SHLQ(Imm(uint64(bits.TrailingZeros(uint(by)))), size)
	return size
}
