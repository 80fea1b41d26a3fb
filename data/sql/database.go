package sql

import (
	"errors"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// schemes are the beginnings of the address of a Postgres server.
var schemes = []string{"postgres://", "postgresql://"}

// IsAddress reports whether Open treats database as the address of a server rather than as a file.
func IsAddress(database string) bool {
	for _, s := range schemes {
		if len(database) >= len(s) && strings.EqualFold(database[:len(s)], s) {
			return true
		}
	}
	return false
}

// IsDatabase reports whether Open treats database as one: it is the address of a server, or a file that begins as SQLite's do.
func IsDatabase(database string) bool {
	if IsAddress(database) {
		return true
	}
	info, err := os.Stat(database)
	if err != nil || !info.Mode().IsRegular() { // a pipe gives its bytes once
		return false
	}
	begins, err := beginsAsSQLite(database)
	return err == nil && begins
}

// sqliteHeader is the beginning of every SQLite file (https://sqlite.org/fileformat2.html).
const sqliteHeader = "SQLite format 3\x00"

// beginsAsSQLite reports whether the first bytes of a file are those of an SQLite file.
func beginsAsSQLite(file string) (bool, error) {
	f, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer f.Close()
	first := make([]byte, len(sqliteHeader))
	if _, err = io.ReadFull(f, first); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return false, nil
	}
	return string(first) == sqliteHeader, err
}

// secrets are the parameters of an address that must not be shown.
var secrets = []string{"password", "sslpassword"}

// Name is a database's name for messages: the path of a file, or the address of a server without its password. If the address is
// malformed only its beginning is shown, since it is not known where the password stands in it.
func Name(database string) string {
	if !IsAddress(database) {
		return database
	}
	u, err := url.Parse(database)
	if err != nil {
		scheme, _, _ := strings.Cut(database, "://")
		return scheme + "://…"
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	for name := range query {
		for _, secret := range secrets {
			if strings.EqualFold(name, secret) {
				query.Del(name)
			}
		}
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// ShortName is the name of a file without its folders, or, for an address, the name of the database on its server.
func ShortName(database string) string {
	if !IsAddress(database) {
		return filepath.Base(database)
	}
	u, err := url.Parse(database)
	if err != nil || strings.Trim(u.Path, "/") == "" {
		return "postgres"
	}
	return path.Base(u.Path)
}
