package contracts_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"gaussflow/internal/contracts"
)

// A callable is an exported function, or a method of an exported type, whose receiver is then its first argument.
type callable struct {
	name string
	fn   reflect.Value
	recv bool
}

// ours reports a type that the library defines.
func ours(t reflect.Type) bool { return slices.Contains(types, t) }

func callables() (all []callable) {
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		all = append(all, callable{name, reflect.ValueOf(functions[name]), false})
	}
	for _, t := range types {
		if t.Kind() == reflect.Interface {
			continue
		}
		p := reflect.PointerTo(t)
		for i := range p.NumMethod() {
			m := p.Method(i)
			if of, ok := t.MethodByName(m.Name); ok {
				m = of // the method of the value: through a nil pointer Go itself panics
			}
			all = append(all, callable{fmt.Sprintf("(%s).%s", m.Type.In(0), m.Name), m.Func, true})
		}
	}
	return all
}

// TestRegistry: what is exported is registered, so that nothing new is forgotten.
func TestRegistry(t *testing.T) {
	want, err := contracts.Registry("../..")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile("registry_test.go"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("registry_test.go is not what the packages export (%v): go generate ./internal/contracts", err)
	}
}

// TestContracts calls everything that is exported, again and again, with what the calls before have returned, with zero values and
// with extremes. Nothing panics, hangs or reports an error that says nothing.
func TestContracts(t *testing.T) {
	seed, rounds := uint64(1), 20
	if text := os.Getenv("GAUSSFLOW_CONTRACTS"); text != "" {
		if _, err := fmt.Sscan(text, &seed, &rounds); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(t.TempDir())
	quiet(t)
	c := &caller{rng: rand.New(rand.NewPCG(seed, 0)), pool: map[reflect.Type][]reflect.Value{}}
	for _, v := range values {
		c.keep(reflect.ValueOf(v))
	}
	c.seed(t)
	all, well, calls := callables(), map[string]bool{}, 0
	failed := map[string]bool{}
	for round := range rounds {
		odd := []int{10, 0, 1, 3}[min(round, round%4)]
		c.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for _, f := range all {
			calls++
			begin := time.Now()
			if fault := c.call(f, odd, well); fault != "" && !failed[f.name] {
				failed[f.name] = true
				t.Errorf("seed %d, round %d: %s: %s", seed, round, f.name, fault)
			}
			if took := time.Since(begin); took > slow {
				t.Logf("%s has taken %v", f.name, took.Round(time.Millisecond))
			}
		}
	}
	for _, f := range all {
		if !well[f.name] {
			t.Logf("%s has never done its work", f.name)
		}
	}
	t.Logf("%d calls of %d functions and methods, of which %d have done their work and %d have failed", calls, len(all), len(well), len(failed))
}

// slow is a time that few calls take; the test logs those that take longer.
const slow = 300 * time.Millisecond

// call calls f once and puts its results into the pool. fault says what is wrong with what it did, empty if nothing is.
func (c *caller) call(f callable, odd int, well map[string]bool) (fault string) {
	var in []reflect.Value
	for i := range f.fn.Type().NumIn() {
		of := f.fn.Type().In(i)
		switch {
		case i == 0 && f.recv:
			in = append(in, c.receiver(of))
		case f.fn.Type().IsVariadic() && i == f.fn.Type().NumIn()-1:
			if !c.one(3) {
				for range c.rng.IntN(4) {
					in = append(in, c.argument(of.Elem(), odd, 0))
				}
			}
		default:
			in = append(in, c.argument(of, odd, 0))
		}
	}
	var out []reflect.Value
	done := make(chan string, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Sprintf("panic: %v%s\n%s", r, described(in), site(debug.Stack()))
			}
		}()
		out = f.fn.Call(in)
		done <- ""
	}()
	select {
	case fault = <-done:
	case <-time.After(5 * time.Minute):
		panic(fmt.Sprintf("%s has not returned after 5 minutes%s", f.name, described(in)))
	}
	if fault != "" {
		return fault
	}
	var err error
	for _, v := range out {
		if v.Type() == reflect.TypeFor[error]() {
			err, _ = v.Interface().(error)
		}
	}
	if err != nil {
		if why := saysNothing(err); why != "" {
			return fmt.Sprintf("the error %q %s%s", err, why, described(in))
		}
		return ""
	}
	well[f.name] = true
	for _, v := range out {
		if k := v.Kind(); k != reflect.Func {
			c.keep(v)
		}
	}
	return ""
}

func (c *caller) receiver(of reflect.Type) reflect.Value {
	t := of
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	good := c.pool[of]
	if len(good) > 0 && !c.one(4) {
		return pick(c, good...)
	}
	p := reflect.New(t)
	if c.one(2) {
		p.Elem().Set(c.composed(t, 2, 0))
	}
	if of.Kind() == reflect.Pointer {
		return p
	}
	return p.Elem()
}

// goSays are words of Go's own, and of a fmt that got what its verbs do not want; %!(EXTRA comes of formats that are arguments.
var goSays = regexp.MustCompile(`runtime error|reflect:|nil pointer|out of range \[|%![a-z]\(`)

// saysNothing is why an error does not help its reader: it has words of Go's own in place of ours.
func saysNothing(err error) string {
	text := err.Error()
	if bad := goSays.FindString(text); bad != "" {
		return fmt.Sprintf("says %q", bad)
	}
	if strings.TrimSpace(text) == "" {
		return "is empty"
	}
	return ""
}

func described(in []reflect.Value) string {
	var b strings.Builder
	for _, v := range in {
		fmt.Fprintf(&b, "\n\t%s = %.150s", v.Type(), fmt.Sprintf("%+v", v))
	}
	return b.String()
}

// site lists the innermost lines of a stack that are in this library.
func site(stack []byte) string {
	var at []string
	for _, line := range strings.Split(string(stack), "\n") {
		if strings.HasPrefix(line, "\t") && strings.Contains(line, ".go:") && !strings.Contains(line, "/runtime/") && !strings.Contains(line, "contracts_test.go") {
			at = append(at, strings.TrimSpace(line))
		}
	}
	return "\t" + strings.Join(at[:min(len(at), 5)], "\n\t")
}

// quiet discards what is printed while the test runs.
func quiet(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	out, errs := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = null, null
	t.Cleanup(func() { os.Stdout, os.Stderr = out, errs })
}
