//go:build !unix

package postgrestest

import "testing"

// User and Guarded are those of servers elsewhere.
const (
	User    = "tester"
	Guarded = "guarded"
)

// Start skips the test: the server is started on Unix alone.
func Start(t *testing.T) (address string) {
	t.Helper()
	t.Skip("a Postgres server for tests is started on Unix alone")
	return ""
}
