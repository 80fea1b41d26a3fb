//go:build !unix

package postgrestest

import "testing"

// User and Guarded are declared for other systems too.
const (
	User    = "tester"
	Guarded = "guarded"
)

// Start skips the test, because the server is started only on Unix.
func Start(t *testing.T) (address string) {
	t.Helper()
	t.Skip("a Postgres server for tests is started on Unix alone")
	return ""
}
