package data_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"gaussflow/internal/files"
	"gaussflow/internal/files/faults"
)

// TestEveryCallFails lets each call on the disk fail once, in every format. Each failure is an error, leaves the old file
// whole with its permissions, and leaves no other files.
func TestEveryCallFails(t *testing.T) {
	fault := errors.New("input/output error")
	for _, name := range []string{"t.csv", "t.tsv.gz", "t.csv.zst", "t.parquet", "t.npy"} {
		try := func(s *faults.System) (folder string, err error) {
			defer files.SetSystem(s)()
			folder = t.TempDir()
			if err = os.WriteFile(filepath.Join(folder, name), []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			return folder, sample().Write(filepath.Join(folder, name))
		}
		count := &faults.System{}
		if _, err := try(count); err != nil {
			t.Fatal(err)
		}
		for at := 1; at <= count.Calls; at++ {
			folder, err := try(&faults.System{At: at, Fault: func() error { return fault }})
			if !errors.Is(err, fault) {
				t.Errorf("%s: call %d of %d: %v, want an error", name, at, count.Calls, err)
			}
			entries, _ := os.ReadDir(folder)
			raw, errRead := os.ReadFile(filepath.Join(folder, name))
			info, errStat := os.Stat(filepath.Join(folder, name))
			if len(entries) != 1 || errRead != nil || errStat != nil || info.Mode().Perm() != 0o600 {
				t.Fatalf("%s: call %d: %d files, %v, %v", name, at, len(entries), errRead, errStat)
			}
			if last := at == count.Calls; (string(raw) == "old") == last { // syncing the folder is the last call; the new file is in place by then
				t.Errorf("%s: call %d of %d: the file holds %.20q", name, at, count.Calls, raw)
			}
		}
	}
}
