package data_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"gaussflow/data"
)

// rowsOf is a text of rows 1 to n, each written by row.
func rowsOf(n int, row func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(row(i+1) + "\n")
	}
	return b.String()
}

// counts are the rows of a file that can be read and those that cannot.
func counts(t *testing.T, f *data.File) (good, bad int) {
	t.Helper()
	pass, err := f.Pass()
	if err != nil {
		t.Fatal(err)
	}
	defer pass.Close()
	for pass.Next() == nil {
		if pass.(*data.Pass).Fault() == "" {
			good++
		} else {
			bad++
		}
	}
	return good, bad
}

// TestHashes: what begins with # is a comment, the names or a row, as the lines below it show, and no row is lost.
func TestHashes(t *testing.T) {
	numbers := func(mark string) string {
		return rowsOf(30, func(i int) string { return fmt.Sprintf("%s%d,%d,%d.5", mark, i, 3*i, i) })
	}
	for name, c := range map[string]struct {
		text, names string
		good, bad   int
	}{
		"all lines":               {"#id,a,b\n" + numbers("#"), "[#id a b]", 30, 0},
		"all lines, no names":     {numbers("#"), "[x1 x2 x3]", 30, 0},
		"first rows":              {"#a,1,2\n#b,3,4\nx,5,6\ny,7,8\n", "[x1 x2 x3]", 4, 0},
		"a title, first rows":     {"# by hand\n#a,1,2\n#b,3,4\nx,5,6\ny,7,8\n", "[x1 x2 x3]", 4, 0},
		"two of a width, names":   {"# Source: X, 2020\n# id,x\n1,2\n3,4\n", "[# id x]", 2, 0},
		"quoted text":             {"#id,name,x\n1,\"Smith, J\",1.5\n2,\"Poe, E\",2\n", "[#id name x]", 2, 0},
		"quoted numbers":          {"#id,x\n\"1\",\"1.5\"\n\"2\",\"3\"\n", "[#id x]", 2, 0},
		"a row of missing cells":  {"#t,x,y\nNA,NA,NA\n1,2,3\n4,5,6\n", "[#t x y]", 3, 0},
		"dates and words":         {"#date,state\n2020-01-01,on\n2020-01-02,off\n", "[#date state]", 2, 0},
		"words":                   {"#name,city\nn1,Rome\nn2,Oslo\n", "[#name city]", 2, 0},
		"units":                   {"#id,x\nn1,1 kg\nn2,2 kg\n", "[#id x]", 2, 0},
		"decimal commas":          {"# x;y\n1,5;0,25\n2,5;0,5\n", "[# x y]", 2, 0},
		"prose above names":       {"# made by hand, in May\na,b\n1,2\n3,4\n", "[a b]", 2, 0},
		"prose above words":       {"# made by hand, in May\nname,city\nn1,Rome\nn2,Oslo\n", "[name city]", 2, 0},
		"an empty line":           {"# Source: X\n\nid,x\n1,2\n3,4\n", "[id x]", 2, 0},
		"empty lines":             {"# Source: X\n\n# by hand\n\n\nid,x\n1,2\n3,4\n", "[id x]", 2, 0},
		"an empty line of CR LF":  {"# Source: X\r\n\r\nid,x\r\n1,2\r\n3,4\r\n", "[id x]", 2, 0},
		"below sep=":              {"sep=;\n# note\na;b\n1,5;2\n3;4\n", "[a b]", 2, 0},
		"a comment with quotes":   {"# a \"note\"\na,b\n1,2\n# it's 3\" wide\n3,4\n", "[a b]", 2, 0},
		"tags":                    {"tag,text,n\n#t0,hi,4\n#t1,hello, world,5\n#t2,x,6\n", "[tag text n]", 2, 1},
		"tags in quotes":          {"tag,text,n\nt0,hi,4\n\"#t1\",hello, world,5\nt2,x,6\n", "[tag text n]", 2, 1},
		"a tag later":             {"tag,text,n\n#t1,hello, world,5\n#t2,x,6\nt3,x,7\n", "[tag text n]", 2, 1},
		"a tag after many":        {"a,b,c\n" + numbers("") + numbers("") + numbers("") + numbers("") + "#t,1,2\n#t,1,2,3\n", "[a b c]", 121, 1},
		"a comment of two lines":  {"a,b,c\n1,2,3\n# x,\"y\nz\"\n4,5,6\n", "[a b c]", 2, 1},
		"blanks":                  {"# made by some tool of ours\na b c\n1 2 3\n4 5 6\n", "[a b c]", 2, 0},
		"blanks, as many words":   {"# made by hand\na b c\n1 2 3\n4 5 6\n", "[a b c]", 2, 0},
		"blanks, ended":           {"a b c\n1 2 3\n4 5 6\n# end of \"data\n", "[a b c]", 2, 0},
		"blanks, ended, as wide":  {"a b c\n1 2 3\n4 5 6\n# of data\n", "[a b c]", 2, 0},
		"blanks, no names, ended": {"1.5 2 3\n4 5 6\n# end of data\n", "[x1 x2 x3]", 2, 0},
		"blanks, names in one":    {"# by a tool of ours\n# a  b c\n1 2 3\n4 5 6\n", "[a b c]", 2, 0},
		"blanks, row names":       {"# by R\n\"a\" \"b\"\n\"u\" 1 2\n\"v\" 3 4\n", "[x1 a b]", 2, 0},
		"blanks, tags":            {"tag a b\n#u 1 2\nv 3 4\n#w 5 6\n", "[tag a b]", 3, 0},
	} {
		f := open(t, write(t, "t.csv", []byte(c.text)), data.Options{})
		good, bad := counts(t, f)
		if got := fmt.Sprint(f.Names()); got != c.names || good != c.good || bad != c.bad {
			t.Errorf("%s: names %s, %d rows and %d bad ones; want %s, %d and %d", name, got, good, bad, c.names, c.good, c.bad)
		}
	}
}

// TestCommentsCounted: comments within a table are counted apart from those above it, and lines of rows count all of them.
func TestCommentsCounted(t *testing.T) {
	f := open(t, write(t, "t.csv", []byte("# one\n\n# two\n\na,b\n1,2\n# three\n3\n# four\n")), data.Options{})
	pass, err := f.Pass()
	if err != nil {
		t.Fatal(err)
	}
	defer pass.Close()
	var lines []int
	for pass.Next() == nil {
		_, line := pass.Place()
		lines = append(lines, line)
	}
	if fmt.Sprint(lines) != "[6 8]" || f.Comments() != 2 || !strings.Contains(fmt.Sprint(f.Notes()), "4 lines of comment") {
		t.Errorf("lines %v, %d comments, notes %q", lines, f.Comments(), f.Notes())
	}
}

// TestRowNames: R's row names are a column; a stray cell, or a last name that was forgotten above ids, shifts no names.
func TestRowNames(t *testing.T) {
	for name, c := range map[string]struct {
		text, names string
		good, bad   int
	}{
		"numbered":       {"a,b\n" + rowsOf(5, func(i int) string { return fmt.Sprintf("\"%d\",%d,x", i, 10*i) }), "[x1 a b]", 5, 0},
		"a stray cell":   {"a,b\n" + rowsOf(29, func(i int) string { return fmt.Sprintf("%d,%d,", i, 99+i) }) + "30,103,note\n", "[a b]", 29, 1},
		"half of a word": {"a,b\n" + rowsOf(20, func(i int) string { return fmt.Sprintf("n%d,%d,%s", i, i, []string{"", "x"}[i%2]) }), "[a b]", 10, 10},
		"forgotten":      {"id,age\n" + rowsOf(9, func(i int) string { return fmt.Sprintf("%d,%d,male", i, 20+i) }), "[id age]", 0, 9},
		"forgotten, far": {"key,age\n" + rowsOf(9, func(i int) string { return fmt.Sprintf("%d,%d,male", 100+i, 20+i) }), "[key age]", 0, 9},
		"a comment":      {"a,b\nu,1,2\n# half, of, it, all\nv,3,4\nw,5,6\n", "[x1 a b]", 3, 0},
	} {
		f := open(t, write(t, "t.csv", []byte(c.text)), data.Options{})
		good, bad := counts(t, f)
		if got := fmt.Sprint(f.Names()); got != c.names || good != c.good || bad != c.bad {
			t.Errorf("%s: names %s, %d rows and %d bad ones; want %s, %d and %d", name, got, good, bad, c.names, c.good, c.bad)
		}
		if said := strings.Contains(fmt.Sprint(f.Notes()), "as the names of rows"); said != (c.bad == 0) {
			t.Errorf("%s: notes %q", name, f.Notes())
		}
	}
}

// FuzzHashes: each line of a text without quotes is the names, a row, a bad row or a comment that is counted.
func FuzzHashes(f *testing.F) {
	for _, text := range []string{"# one\n\na,b\n1,2\n# two\n3\n", "#a,1\n#b,2\nx,3\n", "# x;y\n1,5;2\n", "# by us\na b\n1 2\n# end\n", "a,b,,\n#1,2\n1\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if !utf8.Valid(content) || bytes.ContainsAny(content, "\"\r\x00\ufeff") || !bytes.ContainsRune(content, '\n') || bytes.HasPrefix(bytes.ToLower(content), []byte("sep=")) {
			return
		}
		file, err := data.Open("-", data.Options{Stdin: bytes.NewReader(content), Format: data.CSV, Header: data.HeaderFirst})
		if err != nil || file.Dim() < 2 {
			return // in one column an empty line is a row
		}
		good, bad := counts(t, file)
		comments, lines := 0, 0
		for _, note := range file.Notes() {
			if strings.Contains(note, "of comment, after #") {
				_, _ = fmt.Sscan(note, &comments)
			}
		}
		for line := range bytes.Lines(content) {
			switch line = bytes.TrimSuffix(line, []byte("\n")); {
			case len(bytes.TrimSpace(line)) > 0:
				lines++
			case len(line) > 0:
				return // a row where commas separate cells, nothing where blanks do
			}
		}
		if got := 1 + good + bad + comments; got != lines {
			t.Errorf("%d names, rows and comments of %d lines", got, lines)
		}
	})
}
