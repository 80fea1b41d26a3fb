// Package postgrestest starts a real Postgres server for tests, which needs no network and ends with the test.
package postgrestest
