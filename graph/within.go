package graph

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// Within builds a part of the graph, such as a layer. If build fails or panics, or an op of the part fails when it runs, the
// error begins with the part's name, given by format and args as for fmt.Sprintf. Parts may contain parts.
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

// panicSite is " at file:line" of the panic from which a deferred function recovers; empty if it cannot be determined.
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
