package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"gaussflow/internal/errtest"
)

// TestEngineKnowsNoOp: no file of the engine names what a file of an op declares. A plan that asked for one op by its type would have to be
// changed with every op that is like it.
func TestEngineKnowsNoOp(t *testing.T) {
	at, ops, engine := token.NewFileSet(), map[string]string{}, []*ast.File{}
	for _, name := range errtest.Must(filepath.Glob("*.go")) {
		file := errtest.Must(parser.ParseFile(at, name, nil, 0))
		switch {
		case strings.HasSuffix(name, "_test.go"):
		case strings.HasPrefix(name, "op_"):
			for declared := range file.Scope.Objects {
				ops[declared] = name
			}
		default:
			engine = append(engine, file)
		}
	}
	if len(ops) < 100 || len(engine) < 20 {
		t.Fatalf("found %d names of ops and %d files of the engine, want all", len(ops), len(engine))
	}
	for _, file := range engine {
		for _, id := range file.Unresolved { // names that the file itself does not declare
			if op := ops[id.Name]; op != "" {
				t.Errorf("%v: %s is of %s, want nothing of an op here", at.Position(id.Pos()), id.Name, op)
			}
		}
	}
}
