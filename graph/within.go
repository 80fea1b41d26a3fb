package graph

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// Within builds a part of the graph, a layer say: the error of what fails or panics in build begins with the part's name,
// format and args as of fmt.Sprintf, and so does the error of an op of the part that fails when it runs. Parts may have parts.
func (b *Builder) Within(build func(), format string, args ...any) {
	if b.fails() {
		return
	}
	if build == nil {
		b.Fail(fmt.Errorf(format+": there is nothing to build: the function is nil", args...))
		return
	}
	first := len(b.g.AllNodes())
	defer func() {
		if r := recover(); r != nil {
			b.Fail(fmt.Errorf("panic%s: %v", panicSite(), r))
		}
		name := fmt.Sprintf(format, args...) + ": "
		if b.err != nil {
			b.err = fmt.Errorf("%s%w", name, b.err)
			return
		}
		for _, n := range b.g.AllNodes()[first:] {
			b.parts[n] = name + b.parts[n]
		}
	}()
	build()
}

// panicSite is " at file:line" of the panic that a deferred function recovers from; empty where it cannot be told.
func panicSite() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	panicking := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicking = true
		case panicking && !strings.HasPrefix(f.Function, "runtime."):
			return fmt.Sprintf(" at %s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}
