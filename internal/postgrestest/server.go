//go:build unix

package postgrestest

import (
	"bufio"
	"bytes"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// User has all rights in the server and no password; Guarded has a password.
const (
	User    = "tester"
	Guarded = "guarded"
)

// access is the server's access rules.
const access = "local all " + Guarded + " scram-sha-256\nlocal all all trust\n"

// Start starts a server in a folder of its own and returns its address; it stops with the test. If the machine has no server the
// test is skipped, except under CI, which installs one.
func Start(t *testing.T) (address string) {
	t.Helper()
	programs := folder(t)
	home, err := os.MkdirTemp("", "postgres") // not t.TempDir, which the user of the server cannot enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	as := owner(t, home)
	tables := filepath.Join(home, "data")
	initialize := exec.Command(filepath.Join(programs, "initdb"), "-D", tables, "-U", User, "-E", "UTF8", "--locale=C", "-N", "-A", "trust")
	initialize.SysProcAttr, initialize.Dir = as, home
	if out, err := initialize.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v: %s", err, out)
	}
	if err = os.WriteFile(filepath.Join(tables, "pg_hba.conf"), []byte(access), 0o600); err != nil {
		t.Fatal(err)
	}
	server := exec.Command(filepath.Join(programs, "postgres"), "-D", tables, "-k", home, "-c", "listen_addresses=", "-c", "fsync=off")
	server.SysProcAttr, server.Dir = as, home
	run(t, server)
	at := url.URL{Scheme: "postgres", User: url.User(User), Path: "/postgres", RawQuery: url.Values{"host": {home}}.Encode()}
	return at.String()
}

// run starts a server, waits until it is ready and stops it after the test.
func run(t *testing.T, server *exec.Cmd) {
	t.Helper()
	log, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = server.Start(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	lines := bufio.NewScanner(io.TeeReader(log, &said))
	for lines.Scan() && !strings.Contains(lines.Text(), "ready to accept connections") {
	}
	if !strings.Contains(lines.Text(), "ready") {
		_ = server.Wait()
		t.Fatalf("postgres: %s", said.Bytes())
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, log)
	}()
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGINT) // a fast shutdown, which also ends sessions
		<-drained
		_ = server.Wait()
	})
}

// folder is the folder of initdb and postgres.
func folder(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil && has(filepath.Dir(path), "postgres") {
			return filepath.Dir(path)
		}
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	for _, path := range slices.Backward(debian) {
		if has(path, "initdb") && has(path, "postgres") {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Postgres server is on this machine, and CI installs one")
	}
	t.Skip("no Postgres server is on this machine: the package postgresql of Debian has one")
	return ""
}

func has(folder, program string) bool {
	_, err := os.Stat(filepath.Join(folder, program))
	return err == nil
}

// owner gives a folder to the user as whom the server runs, which must not be root.
func owner(t *testing.T, home string) *syscall.SysProcAttr {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		t.Fatal(err)
	}
	uid, errUID := strconv.Atoi(u.Uid)
	gid, errGID := strconv.Atoi(u.Gid)
	if errUID != nil || errGID != nil {
		t.Fatalf("the user %s has no numbers: %q, %q", u.Username, u.Uid, u.Gid)
	}
	if err := os.Chown(home, uid, gid); err != nil {
		t.Fatal(err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}
