// Package postgrestest starts a Postgres server for tests: the real one, which asks for no network and is gone after the test.
package postgrestest
