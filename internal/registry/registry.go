// Package registry holds the types that can be written to a file and read again, by their Go type and by the name that a file
// has for each, as encoding/gob and image do. The Go type decides: a type that embeds a registered one is a different type.
package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"

	"gaussflow/graph"
	"gaussflow/internal/defaults"
	"gaussflow/internal/strictjson"
)

// A Registry holds types that implement N, an interface. A value is made for a P, such as a number of columns.
type Registry[N, P any] struct {
	call string // the function that registers a type, for errors

	mu    sync.RWMutex
	kinds map[string]*entry[N, P]
	types map[reflect.Type]*entry[N, P]
}

// An entry is one registered type.
type entry[N, P any] struct {
	kind   string
	config func(N) any
	specs  func(P, json.RawMessage) ([]graph.ParamSpec, error)
	make   func(P, json.RawMessage, []*graph.Param) (N, error)
}

// New makes an empty registry; call is the function with which users add to it, such as "layers.Register".
func New[N, P any](call string) *Registry[N, P] {
	return &Registry[N, P]{call: call, kinds: map[string]*entry[N, P]{}, types: map[reflect.Type]*entry[N, P]{}}
}

// Add registers type B under the name kind. Its configuration C must survive encoding to JSON and back. specs declares the
// parameters of a configuration for a P, make puts a value together from such parameters.
func Add[B, C, N, P any](r *Registry[N, P], kind string, config func(B) C,
	specs func(P, C) ([]graph.ParamSpec, error), make func(P, C, []*graph.Param) (B, error)) error {
	typ, noun := reflect.TypeFor[B](), reflect.TypeFor[N]()
	switch {
	case kind == "":
		return fmt.Errorf("%s: the name for %v is empty, want one of its own", r.call, typ)
	case !typ.Implements(noun) || typ.Kind() == reflect.Interface:
		return fmt.Errorf("%s: %v is no type that implements %v", r.call, typ, noun)
	case config == nil || specs == nil || make == nil:
		return fmt.Errorf("%s: %s: got a nil function, want specs and make", r.call, kind)
	}
	e := &entry[N, P]{
		kind:   kind,
		config: func(n N) any { return config(any(n).(B)) },
		specs: func(p P, raw json.RawMessage) ([]graph.ParamSpec, error) {
			c, err := parse[C](raw)
			if err != nil {
				return nil, err
			}
			return specs(p, c)
		},
		make: func(p P, raw json.RawMessage, params []*graph.Param) (n N, err error) {
			c, err := parse[C](raw)
			if err != nil {
				return n, err
			}
			b, err := make(p, c, params)
			if err != nil {
				return n, err
			}
			return any(b).(N), nil
		},
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kinds[kind] != nil || r.types[typ] != nil {
		return fmt.Errorf("%s: %v as %q: the type or the name is registered already", r.call, typ, kind)
	}
	r.kinds[kind], r.types[typ] = e, e
	return nil
}

// AddValue is Add for a type that is its own configuration and has no parameters. check, unless it is nil, is called before a value
// that a file describes is made.
func AddValue[V, N, P any](r *Registry[N, P], kind string, check func(V) error) error {
	return Add(r, kind,
		func(v V) V { return v },
		func(_ P, v V) ([]graph.ParamSpec, error) {
			if check == nil {
				return nil, nil
			}
			return nil, check(v)
		},
		func(_ P, v V, _ []*graph.Param) (V, error) { return v, nil })
}

// parse refuses unknown fields, because ignoring them would change the meaning.
func parse[C any](raw json.RawMessage) (c C, err error) {
	if err := strictjson.Unmarshal(raw, &c, true); err != nil {
		return c, fmt.Errorf("config %.40q: %w", raw, err)
	}
	return c, nil
}

// Kinds are the registered names, sorted.
func (r *Registry[N, P]) Kinds() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Sorted(maps.Keys(r.kinds))
}

// KindOf is the name of n's type; empty if it is not registered.
func (r *Registry[N, P]) KindOf(n N) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if e := r.types[reflect.TypeOf(n)]; e != nil {
		return e.kind
	}
	return ""
}

// Describe is the name of n's type and n's configuration.
func (r *Registry[N, P]) Describe(n N) (kind string, config json.RawMessage, err error) {
	if defaults.IsNil(n) {
		return "", nil, fmt.Errorf("got nil, want one of the kinds %q", r.Kinds())
	}
	r.mu.RLock()
	e := r.types[reflect.TypeOf(n)]
	r.mu.RUnlock()
	if e == nil {
		return "", nil, r.unregistered(reflect.TypeOf(n))
	}
	defer catch(&err, e.kind, "Config")
	if config, err = json.Marshal(e.config(n)); err != nil {
		return "", nil, fmt.Errorf("%s: its configuration: %w", e.kind, unwrapped(err))
	}
	return e.kind, config, nil
}

// unwrapped is an error about a part of a configuration, without the wrapping that encoding/json adds.
func unwrapped(err error) error {
	for m := (*json.MarshalerError)(nil); errors.As(err, &m); {
		err = m.Err
	}
	return err
}

// unregistered says how to register a type and, if it resembles a registered one, why it is a different type.
func (r *Registry[N, P]) unregistered(typ reflect.Type) error {
	hint := ""
	if e := r.embedded(typ); e != nil {
		hint = fmt.Sprintf(" (it embeds a %q and is another type, with maps of its own)", e.kind)
	}
	return fmt.Errorf("the type %v is not registered%s, so a file could not say what it is: call %s for it, with a name of its own, in an init function", typ, hint, r.call)
}

func (r *Registry[N, P]) embedded(typ reflect.Type) *entry[N, P] {
	if typ == nil {
		return nil
	}
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	for i := range typ.NumField() {
		f := typ.Field(i)
		if !f.Anonymous {
			continue
		}
		for _, t := range []reflect.Type{f.Type, reflect.PointerTo(f.Type)} {
			if e := r.types[t]; e != nil {
				return e
			}
		}
	}
	return nil
}

func (r *Registry[N, P]) find(kind string) (*entry[N, P], error) {
	r.mu.RLock()
	e := r.kinds[kind]
	r.mu.RUnlock()
	if e == nil {
		return nil, &KindError{kind, r.Kinds(), r.call}
	}
	return e, nil
}

// Specs are the parameters of the value that is described.
func (r *Registry[N, P]) Specs(kind string, at P, config json.RawMessage) (specs []graph.ParamSpec, err error) {
	e, err := r.find(kind)
	if err != nil {
		return nil, err
	}
	defer catch(&err, kind, "specs")
	if specs, err = e.specs(at, config); err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	for _, s := range specs {
		if err := s.Validate(); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
	}
	return specs, nil
}

// Make makes the value that is described from params, which must be as Specs says.
func (r *Registry[N, P]) Make(kind string, at P, config json.RawMessage, params []*graph.Param) (n N, err error) {
	e, err := r.find(kind)
	if err != nil {
		return n, err
	}
	specs, err := r.Specs(kind, at, config)
	if err != nil {
		return n, err
	}
	if err := Check(specs, params); err != nil {
		return n, fmt.Errorf("%s: %w", kind, err)
	}
	defer catch(&err, kind, "make")
	if n, err = e.make(at, config, params); err != nil {
		return n, fmt.Errorf("%s: %w", kind, err)
	}
	if defaults.IsNil(n) {
		return n, fmt.Errorf("%s: make returned nil and no error", kind)
	}
	return n, nil
}

// Check reports parameters that differ from their declaration.
func Check(specs []graph.ParamSpec, params []*graph.Param) error {
	if len(params) != len(specs) {
		return fmt.Errorf("got %d parameters, want %d as declared", len(params), len(specs))
	}
	for i, s := range specs {
		if params[i] == nil || !slices.Equal(params[i].Shape(), s.Shape) {
			return fmt.Errorf("parameter %d (from 0): want %q of shape %v, as declared, got another one", i, s.Name, s.Shape)
		}
	}
	return nil
}

// catch turns a panic of a function that a user has registered into an error.
func catch(err *error, kind, function string) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%s: %s: panic: %v", kind, function, p)
	}
}

// A KindError reports a kind that is not registered.
type KindError struct {
	Kind  string
	Known []string
	call  string
}

func (e *KindError) Error() string {
	return fmt.Sprintf("kind = %q, want one of %q, or one that is registered with %s before", e.Kind, e.Known, e.call)
}
