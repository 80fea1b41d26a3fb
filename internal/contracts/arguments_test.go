package contracts_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing/iotest"
	"time"

	"gonum.org/v1/gonum/mat"
)

// A caller makes arguments of any type: results of earlier calls, zero values, and values that are out of any sensible range.
type caller struct {
	mu   sync.Mutex // because a function that is an argument may be called from several goroutines
	rng  *rand.Rand
	pool map[reflect.Type][]reflect.Value
}

// kept is the most results of one type that the pool holds; further ones replace any of them at random.
const kept = 16

// large is the largest number that is given back as an argument: what is made is often as large as a number squared.
const large = 256

func (c *caller) keep(v reflect.Value) {
	t := v.Type()
	if t.Kind() == reflect.Interface && !v.IsNil() {
		v, t = v.Elem(), v.Elem().Type()
	}
	if t.Kind() == reflect.Pointer && v.IsNil() {
		return // the methods of a nil pointer are not called: see callables
	}
	if v.CanInt() && v.Int() > large {
		return // a rotation of 4096 columns takes minutes, as it should
	}
	if v.Kind() == reflect.Slice && v.Len() > large*large {
		return
	}
	if of := c.pool[t]; len(of) < kept {
		c.pool[t] = append(of, v)
	} else {
		of[c.rng.IntN(kept)] = v
	}
}

func (c *caller) one(n int) bool { return c.rng.IntN(n) == 0 }

func pick[T any](c *caller, of ...T) T { return of[c.rng.IntN(len(of))] }

// argument makes a value of type t. Of ten values, odd are the zero value or out of range.
func (c *caller) argument(t reflect.Type, odd, depth int) reflect.Value {
	if c.rng.IntN(10) < odd {
		if v, ok := c.extreme(t); ok && !c.one(3) {
			return v
		}
		return reflect.Zero(t)
	}
	if v, ok := c.usual(t); ok && !c.one(8) {
		return v
	}
	if of := c.pool[t]; len(of) > 0 && !c.one(4) {
		return pick(c, of...)
	}
	if depth > 4 {
		return reflect.Zero(t)
	}
	return c.composed(t, odd, depth+1)
}

// composed makes a value of a struct, slice, map or pointer type from values of the types that it consists of.
func (c *caller) composed(t reflect.Type, odd, depth int) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() && c.one(3) {
				v.Field(i).Set(c.argument(t.Field(i).Type, odd, depth))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(t, c.rng.IntN(5), 8))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			v.Index(i).Set(c.argument(t.Elem(), odd, depth))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		for range c.rng.IntN(3) {
			v.SetMapIndex(c.argument(t.Key(), odd, depth), c.argument(t.Elem(), odd, depth))
		}
	case reflect.Pointer:
		if ours(t.Elem()) || t.Elem().Kind() != reflect.Struct {
			v.Set(reflect.New(t.Elem()))
			v.Elem().Set(c.composed(t.Elem(), odd, depth))
		}
	case reflect.Func:
		v.Set(c.function(t, odd, depth))
	case reflect.Interface:
		if of := c.implementing(t); len(of) > 0 {
			v.Set(pick(c, of...))
		}
	default:
		if e, ok := c.usual(t); ok {
			return e
		}
	}
	return v
}

// function answers with one of its arguments, or with any value.
func (c *caller) function(t reflect.Type, odd, depth int) reflect.Value {
	return reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, a := range args {
			if a.Kind() != reflect.Func {
				c.keep(a)
			}
		}
		var out []reflect.Value
		for i := range t.NumOut() {
			of := t.Out(i)
			v := reflect.Zero(of)
			if of != reflect.TypeFor[error]() || c.one(8) {
				v = c.argument(of, odd, depth)
			}
			for _, a := range args {
				if a.Type() == of && c.one(2) {
					v = a
				}
			}
			out = append(out, v)
		}
		return out
	})
}

// implementing are the values of the pool, and the nil pointers to exported types, that implement t.
func (c *caller) implementing(t reflect.Type) (of []reflect.Value) {
	for p, values := range c.pool {
		if p.Kind() != reflect.Interface && p.Implements(t) {
			of = append(of, values...)
		}
	}
	if t.NumMethod() > 0 && t != reflect.TypeFor[error]() && c.one(8) {
		for _, p := range types {
			if p.Kind() != reflect.Interface && reflect.PointerTo(p).Implements(t) {
				of = append(of, reflect.Zero(reflect.PointerTo(p)))
			}
		}
	}
	return of
}

var errRefused = errors.New("refused by the test")

// usual is a value such as callers pass, of a basic type or a type that another module defines.
func (c *caller) usual(t reflect.Type) (reflect.Value, bool) {
	var v any
	switch t {
	case reflect.TypeFor[context.Context]():
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(50*time.Millisecond, cancel) // a fit may be asked for endless epochs
		v = ctx
	case reflect.TypeFor[*mat.Dense](), reflect.TypeFor[mat.Matrix]():
		v = c.matrix(pick(c, 1, 4, 4, 40), pick(c, 1, 2, 2, 2, 3), 1)
	case reflect.TypeFor[*rand.Rand]():
		v = rand.New(rand.NewPCG(c.rng.Uint64(), 0))
	case reflect.TypeFor[io.Writer]():
		v = &bytes.Buffer{}
	case reflect.TypeFor[io.Reader]():
		v = strings.NewReader(pick(c, "a,b\n1,2\n3,4\n", "", "a\n"))
	case reflect.TypeFor[error]():
		v = errRefused
	case reflect.TypeFor[any]():
		v = pick[any](c, nil, 1, "a", []float64{1, 2}, []float32{1})
	default:
		switch t.Kind() {
		case reflect.Int, reflect.Int64, reflect.Int32:
			v = pick(c, 0, 1, 1, 2, 2, 2, 3, 4, 40)
		case reflect.Uint64, reflect.Uint8, reflect.Uint, reflect.Uint32:
			v = pick(c, 0, 1, 2, ',')
		case reflect.Float64, reflect.Float32:
			v = pick(c, 0, 0.1, 0.5, 1, 2, -1)
		case reflect.Bool:
			v = c.one(2)
		case reflect.String:
			v = pick(c, "", "a", "b", "x1", "moons", "t.csv", "t.npy", "t.parquet", "m.gflow", "out.csv", "absent", "NA")
		default:
			return reflect.Value{}, false
		}
		if of := c.pool[t]; len(of) > 0 && c.one(2) {
			return pick(c, of...), true // a constant
		}
		return reflect.ValueOf(v).Convert(t), true
	}
	if v == nil {
		return reflect.Zero(t), true
	}
	return reflect.ValueOf(v), true
}

// extreme is a value that is out of all ranges.
func (c *caller) extreme(t reflect.Type) (reflect.Value, bool) {
	var v any
	switch t {
	case reflect.TypeFor[context.Context]():
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		v = ctx
	case reflect.TypeFor[*mat.Dense]():
		v = c.oddMatrix()
	case reflect.TypeFor[mat.Matrix]():
		v = pick[mat.Matrix](c, c.oddMatrix(), (*mat.Dense)(nil), c.matrix(3, 2, 1).T(), mat.NewVecDense(3, nil), (*mat.VecDense)(nil), mat.NewDiagDense(2, nil))
	case reflect.TypeFor[io.Writer]():
		v = failing{}
	case reflect.TypeFor[io.Reader]():
		v = iotest.ErrReader(errRefused)
	default:
		switch t.Kind() {
		case reflect.Int, reflect.Int64:
			v = pick(c, -1, -2, math.MaxInt, math.MinInt, math.MaxInt>>20, 1<<20)
		case reflect.Uint64, reflect.Uint:
			v = pick[uint64](c, math.MaxUint64, 1<<40)
		case reflect.Float64, reflect.Float32:
			v = pick(c, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 5e-324, -1, 1e-300)
		case reflect.String:
			v = pick(c, "\x00", "\x1b[2J", "\u202e", "100%", "/", ".", "a/b", strings.Repeat("x", 1000), "\xff")
		default:
			return reflect.Value{}, false
		}
		return reflect.ValueOf(v).Convert(t), true
	}
	return reflect.ValueOf(v), true
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errRefused }

func (c *caller) matrix(rows, cols int, scale float64) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	m.Apply(func(int, int, float64) float64 { return scale * c.rng.NormFloat64() }, m)
	return m
}

func (c *caller) oddMatrix() *mat.Dense {
	if c.one(4) {
		return &mat.Dense{}
	}
	m := c.matrix(pick(c, 1, 4), pick(c, 1, 2, 5), pick(c, 0, 1e-310, 1e308))
	if c.one(2) {
		r, k := m.Dims()
		m.Set(c.rng.IntN(r), c.rng.IntN(k), pick(c, math.NaN(), math.Inf(1), math.MaxFloat64))
	}
	return m
}
