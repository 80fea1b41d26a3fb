package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/pflag"
)

func sayFlagValue(e *pflag.InvalidValueError) string {
	want := map[string]string{
		"int": "a whole number", "int64": "a whole number", "duration": "a time, as 30s or 5m", "uint64": "a whole number, not negative", "float64": "a number", "bool": "true or false",
		"intSlice": "whole numbers, as 64,64", "float64Slice": "numbers, as 0.1,0.9", "stringSlice": "names parted by commas",
		"stringToString": "NAME=KIND, as price=numbers",
	}[e.GetFlag().Value.Type()]
	if want == "" {
		want = "one of " + strings.ReplaceAll(e.GetFlag().Value.Type(), "|", ", ")
	}
	return fmt.Sprintf("--%s %q, want %s", e.GetFlag().Name, e.GetValue(), want)
}

// systems holds the texts for errors of the operating system.
var systems = []phrase{
	{fs.ErrNotExist, "there is no such file or folder"},
	{fs.ErrPermission, "you have no permission"},
	{syscall.EISDIR, "is a folder, want a file"},
	{syscall.ENOTDIR, "a file stands where a folder should"},
	{syscall.ENOSPC, "no space is left on the device"},
	{os.ErrDeadlineExceeded, "it took too long"},
	{syscall.EPIPE, "the reader has gone"},
	{context.DeadlineExceeded, "it took too long"},
}

func sayPath(e *fs.PathError) string {
	switch e.Op {
	case "create a file in":
		return "a file in " + e.Path + " cannot be made: " + cause(e.Err)
	case "write", "sync", "close":
		return "writing " + e.Path + ": " + cause(e.Err)
	}
	return e.Path + ": " + cause(e.Err)
}

func sayLink(e *os.LinkError) string { return e.New + ": " + cause(e.Err) }

func saySystem(e syscall.Errno) string { return cause(e) }

func cause(err error) string {
	if text, ok := phrased(systems, err); ok {
		return text
	}
	return err.Error()
}
