package files_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gaussflow/internal/files"
	"gaussflow/internal/files/faults"
)

var errFault = errors.New("input/output error")

func write(content string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	}
}

func put(t *testing.T, path, content string, perm os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), perm); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// only fails unless a folder holds these files and no other.
func only(t *testing.T, folder string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
}

// TestEveryCallFails replaces a file once for each system call that this takes, and lets that call fail. There is an error each time,
// and the old file is there, whole; only where syncing the folder fails it is the new file.
func TestEveryCallFails(t *testing.T) {
	for _, there := range []bool{true, false} {
		count := &faults.System{}
		calls := func(s *faults.System) (folder string, err error) {
			defer files.SetSystem(s)()
			folder = t.TempDir()
			path := filepath.Join(folder, "a")
			if there {
				put(t, path, "old", 0o640)
			}
			return folder, files.Replace(path, write(strings.Repeat("new", 50_000)))
		}
		if _, err := calls(count); err != nil {
			t.Fatal(err)
		}
		if count.Calls < 7 {
			t.Errorf("%d calls: create, chmod, write, sync, close, rename and the folder's sync should be among them", count.Calls)
		}
		for at := 1; at <= count.Calls; at++ {
			folder, err := calls(&faults.System{At: at, Fault: func() error { return errFault }})
			if !errors.Is(err, errFault) {
				t.Errorf("call %d: %v, want an error", at, err)
			}
			switch {
			case at == count.Calls:
				only(t, folder, "a")
				if got := get(t, filepath.Join(folder, "a")); len(got) != 150_000 {
					t.Errorf("the folder's sync failed: %d bytes, want all 150000", len(got))
				}
			case there:
				only(t, folder, "a")
				if got := get(t, filepath.Join(folder, "a")); got != "old" {
					t.Errorf("call %d: %.10q, want the old file", at, got)
				}
			default:
				only(t, folder)
			}
		}
	}
}

// TestModeAndLinks: permissions are kept, from the first byte on; a link stays a link, also one to a file that is not there.
func TestModeAndLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions and links are others there")
	}
	folder := t.TempDir()
	private := filepath.Join(folder, "private")
	put(t, private, "old", 0o600)
	for _, link := range []string{"near", "far"} {
		target := map[string]string{"near": "private", "far": "absent"}[link]
		if err := os.Symlink(target, filepath.Join(folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	r, err := files.New(filepath.Join(folder, "near"))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(r.Name()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("while it is written: %v, %v, want 0600", info.Mode(), err)
	}
	if err = r.Commit(); err != nil {
		t.Fatal(err)
	}
	if err = files.Replace(filepath.Join(folder, "far"), write("new")); err != nil {
		t.Fatal(err)
	}
	only(t, folder, "absent", "far", "near", "private")
	if info, err := os.Stat(private); err != nil || info.Mode().Perm() != 0o600 || info.Size() != 0 {
		t.Errorf("afterwards: %v, %v, want 0600", info.Mode(), err)
	}
	if got := get(t, filepath.Join(folder, "absent")); got != "new" {
		t.Errorf("%q through the link, want new", got)
	}
}

// TestSweep: the next replacement in a folder removes what a dead process left, and leaves alone what a living one writes and what
// only looks like it.
func TestSweep(t *testing.T) {
	folder := t.TempDir()
	living, err := files.New(filepath.Join(folder, "a"))
	if err != nil {
		t.Fatal(err)
	}
	stray, other := filepath.Join(folder, ".gaussflow-0123456789abcdef.tmp"), filepath.Join(folder, "gaussflow-0123456789abcdef.tmp")
	put(t, stray, "half a fi", 0o644)
	put(t, other, "mine", 0o644)
	files.Sweep(folder)
	if err = living.Commit(); err != nil {
		t.Errorf("the living one was swept: %v", err)
	}
	only(t, folder, "a", "gaussflow-0123456789abcdef.tmp")
}

// TestLongName: a file with the longest name that the file system allows can be replaced.
func TestLongName(t *testing.T) {
	folder := t.TempDir()
	name := strings.Repeat("n", 250)
	if err := files.Replace(filepath.Join(folder, name), write("new")); err != nil {
		t.Fatal(err)
	}
	only(t, folder, name)
}

// TestCheck: Check reports a file that could not be written, and leaves nothing behind in its folder.
func TestCheck(t *testing.T) {
	folder := t.TempDir()
	put(t, filepath.Join(folder, "a"), "old", 0o644)
	for path, good := range map[string]bool{"a": true, "b": true, ".": false, "absent/b": false, "a/b": false} {
		if err := files.Check(filepath.Join(folder, path)); (err == nil) != good {
			t.Errorf("%s: %v", path, err)
		}
	}
	only(t, folder, "a")
	if got := get(t, filepath.Join(folder, "a")); got != "old" {
		t.Errorf("%q, want old", got)
	}
}

// TestDistinct: two paths of one file are found to be the same file, however they are spelled.
func TestDistinct(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	put(t, "table", "1", 0o644)
	if err := os.Mkdir("sub", 0o755); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"symbolic": "table", "dangling": "absent", "folder": "sub"} {
		if err := os.Symlink(target, link); err != nil {
			t.Skip("no links here:", err)
		}
	}
	if err := os.Link("table", "hard"); err != nil {
		t.Skip("no links here:", err)
	}
	put(t, "probe", "", 0o644)
	_, err := os.Stat("PROBE")
	folds := err == nil // this file system ignores the case of letters
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"table", "table", true}, {"table", "./table", true}, {"table", filepath.Join(folder, "table"), true}, {"table", "sub/../table", true},
		{"table", "symbolic", true}, {"table", "hard", true}, {"table", "absent", false}, {"", "", false}, {"table", "", false},
		{"absent", "absent", true}, {"absent", "./absent", true}, {"absent", "dangling", true}, {"absent", "other", false},
		{"sub/a", "folder/a", true}, {"sub/a", "folder/b", false}, {"absent", "ABSENT", folds}, {"sub/é", "folder/É", folds},
		{"nowhere/a", "nowhere/./a", true}, {os.DevNull, os.DevNull, false},
	} {
		out, in := files.Use{Name: "--output", Path: c.a}, files.Use{Name: "DATA", Path: c.b}
		asInput := files.Distinct([]files.Use{in}, []files.Use{out})
		asOutput := files.Distinct(nil, []files.Use{in, out})
		if (asInput != nil) != c.same || (asOutput != nil) != c.same {
			t.Errorf("%q, %q: %v, %v", c.a, c.b, asInput, asOutput)
		}
		if want := fmt.Sprintf("--output %s is the same file as DATA %s", c.a, c.b); c.same && !strings.Contains(asInput.Error(), want) {
			t.Errorf("%v, want %s", asInput, want)
		}
	}
	if err := files.Distinct([]files.Use{{Name: "DATA", Path: "table"}, {Name: "LABELS", Path: "table"}}, nil); err != nil {
		t.Errorf("a file may be read twice: %v", err)
	}
	only(t, folder, "dangling", "folder", "hard", "probe", "sub", "symbolic", "table")
}
