package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/mat"

	"gaussflow/data"
	"gaussflow/flows"
)

// The patterns match what a message for a person at the prompt must not contain.
var (
	packagePrefix = regexp.MustCompile(`((^|[\s;(:])(bufio|bytes|cobra|csv|data|defaults|drift|encoding|errors|files|flate|flows|fs|graph|gzip|initializers|io|json|kernel|layers|losses|mat|mixed|os|parquet|pflag|safetensors|sql|strconv|strictjson|tabular|train|unicode|zip|zstd)|(^|: )columns): `)
	identifier    = regexp.MustCompile(`\b([A-Z][a-z0-9]+[A-Z]\w*|\w+\.[A-Z]\w+|[A-Z][a-z]\w*(\[\d+\])? = |0x[0-9a-f]{6,})`)
	rubbish       = regexp.MustCompile(`%![a-zA-Z(]|<nil>|goroutine|panic|runtime error|&\{|map\[|\[\](byte|string|int|float)|stringTo\w+|\w+Slice\b|\bEOF\b|\berrno\b`)
	otherCommand  = regexp.MustCompile(`gaussflow ([a-z]+) (?:'[^']*'|\S+) --([a-z-]+)`) // a complete command that the message advises to run
	flagNamed     = regexp.MustCompile(`(^|[\s("])(--[a-z][a-z-]*)`)
)

// ordinary are words with a capital inside that are not Go names.
var ordinary = []string{"NaN", "MiB", "GiB"}

// checkMessage returns the parts of a message on standard error that are not fit for people; asked are the command's arguments.
func checkMessage(asked []string, text string) (faults []string) {
	for _, p := range []*regexp.Regexp{packagePrefix, rubbish} {
		if m := p.FindString(text); m != "" {
			faults = append(faults, fmt.Sprintf("%q", m))
		}
	}
	for _, m := range identifier.FindAllString(text, -1) {
		if !slices.Contains(ordinary, m) {
			faults = append(faults, fmt.Sprintf("%q", m))
		}
	}
	for _, m := range flagNamed.FindAllStringSubmatch(text, -1) {
		if !hasFlag(asked, text, strings.TrimPrefix(m[2], "--")) {
			faults = append(faults, m[2]+", which is no flag of the command")
		}
	}
	return faults
}

// hasFlag reports whether a flag that a message names is a flag of the command, or was typed by the user.
func hasFlag(asked []string, text, flag string) bool {
	if strings.Contains(text, "unknown flag: --"+flag) || flag == "help" {
		return true
	}
	if other := otherCommand.FindStringSubmatch(text); other != nil && other[2] == flag {
		asked = other[1:2]
	}
	c, _, err := newRoot().Find(asked)
	return err == nil && c.Flags().Lookup(flag) != nil
}

func TestCheckMessage(t *testing.T) {
	for _, bad := range []string{
		"gaussflow: flows: Load: m: no", "say so (Options.Header)", "tabular: Config: BatchSize = -1, want ≥ 1", "want none, or DropConstant",
		`--epochs: strconv.ParseInt: parsing "x"`, "got %!d(string=x)", "is <nil>", "--drop-constants leaves them out", "safetensors: header",
		"m: json: cannot unmarshal string into Go struct field document.dim", "unexpected EOF",
	} {
		if checkMessage([]string{"fit"}, bad) == nil {
			t.Errorf("%q passes", bad)
		}
	}
	for _, good := range []string{
		"gaussflow: a.csv: row 3 (line 4), column \"b\": \"\" is not a finite number", "--drop-missing leaves such rows out", "moons.csv: line 3: has 2 cells",
		"column \"x1\" is NaN, more than 64 MiB", "unknown flag: --nonsense",
	} {
		if faults := checkMessage([]string{"fit"}, good); faults != nil {
			t.Errorf("%q: %v", good, faults)
		}
	}
}

// A bench is a folder of good and bad files to try commands on.
type bench struct {
	t      *testing.T
	folder string
}

func (b *bench) put(name string, content []byte) string {
	b.t.Helper()
	path := filepath.Join(b.folder, name)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// badModels are files that are not models, each for another reason.
func (b *bench) badModels(good []byte) []string {
	flow, err := flows.NewGaussianization(2, flows.GaussianizationConfig{Blocks: 1, Components: 2})
	if err != nil {
		b.t.Fatal(err)
	}
	plain := filepath.Join(b.folder, "plain.gflow")
	if err := flow.Save(plain); err != nil {
		b.t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)-100] ^= 1
	bad := []string{
		filepath.Join(b.folder, "absent.gflow"), b.folder, plain, b.put("empty.gflow", nil), b.put("five.gflow", good[:5]),
		b.put("cut.gflow", good[:len(good)/2]), b.put("short.gflow", good[:len(good)-1]), b.put("long.gflow", append(bytes.Clone(good), 0)),
		b.put("flipped.gflow", flipped), filepath.Join(b.folder, "moons.csv"), b.put("zeros.gflow", make([]byte, 4096)),
	}
	// a changed description, in a file without a checksum
	for i, change := range [][2]string{
		{"gaussflow-model/1", "gaussflow-model/9"}, {"gaussflow-model/1", "another-model/1"}, {`\"dim\":2`, `\"dim\":3`}, {`\"dim\":2`, `\"dim\":0`}, {`\"dim\":2`, `\"dim\":"2"`},
		{`\"kind\":\"standardize\"`, `\"kind\":\"standardise\"`}, {`\"dtype\":\"float32\"`, `\"dtype\":\"float16\"`}, {`\"components\":8`, `\"components\":-1`},
		{`\"components\":8`, `\"components\":800000000`}, {`\"components\":8`, `\"components\":7`}, {`\"components\":8`, `\"componentz\":8`}, {`\"lo\":-3`, `\"lo\":-2`},
		{`\"kind\":\"tanh\"`, `\"kind\":\"tanz\"`}, {`\"columns\"`, `\"kolumns\"`}, {`\"facts\"`, `\"fakts\"`}, {`\"quanta\":[0,0]`, `\"quanta\":[0]`},
		{`\"reference\":[`, `\"reference\":[9999,`}, {`\"hidden\":[8]`, `\"hidden\":[0]`}, {`\"hidden\":[8]`, `\"hidden\":\"8\"`}, {`\"layers\":[`, `\"layers\":[{`},
		{`\"activation\":\"relu\"`, `\"activation\":\"rely\"`}, {`\"mask\":[true,false]`, `\"mask\":[true,true]`}, {`\"mask\":[true,false]`, `\"mask\":[true]`},
	} {
		bad = append(bad, b.put(fmt.Sprintf("changed%d.gflow", i), described(good, change[0], change[1])))
	}
	return bad
}

// described is a model file with a changed description, with the header's length corrected and without a checksum.
func described(good []byte, from, to string) []byte {
	n := int(good[0]) | int(good[1])<<8 | int(good[2])<<16
	header := string(good[8 : 8+n])
	header = regexp.MustCompile(`"checksum":"[0-9a-f]{64}",?`).ReplaceAllString(header, "")
	header = strings.TrimRight(strings.Replace(header, from, to, 1), " ")
	for len(header)%8 != 0 {
		header += " "
	}
	m := len(header)
	return append([]byte{byte(m), byte(m >> 8), byte(m >> 16), 0, 0, 0, 0, 0}, append([]byte(header), good[8+n:]...)...)
}

// badTables are files that are not tables or are bad ones, each for another reason.
func (b *bench) badTables() []string {
	x := mat.NewDense(40, 2, nil)
	for i := range 40 {
		x.SetRow(i, []float64{float64(i*i%17) + 0.25, float64(i%7) * 1.5})
	}
	var whole [][]byte
	for _, name := range []string{"t.parquet", "t.npy", "t.csv.gz", "t.csv.zst"} {
		path := filepath.Join(b.folder, name)
		if err := (&data.Table{Names: []string{"x1", "x2"}, X: x}).Write(path); err != nil {
			b.t.Fatal(err)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			b.t.Fatal(err)
		}
		whole = append(whole, raw)
	}
	bad := []string{filepath.Join(b.folder, "absent.csv"), b.folder, filepath.Join(b.folder, "moons.gflow"), filepath.Join(b.folder, "weights.npz")}
	for i, ext := range []string{".parquet", ".npy", ".csv.gz", ".csv.zst"} {
		for _, cut := range []int{1, 7, len(whole[i]) / 2, len(whole[i]) - 1} {
			bad = append(bad, b.put(fmt.Sprintf("cut%d%s", cut, ext), whole[i][:cut]))
		}
		flipped := bytes.Clone(whole[i])
		for j := 4; j < len(flipped); j += 9 {
			flipped[j] ^= 0x55
		}
		bad = append(bad, b.put("flipped"+ext, flipped))
	}
	for name, text := range map[string]string{
		"empty": "", "header": "x1,x2\n", "few": "x1,x2\n1,2\n3,4\n", "hole": "x1,x2\n1,2\n,3\n4,5\n1,7\n2,2\n", "words": "x1,x2\nred,2\nblue,3\ngreen,4\nred,1\nblue,9\n",
		"ragged": "x1,x2\n1,2\n3,4,5\n", "twice": "x1,x1\n1,2\n3,4\n", "others": "u,v\n1,2\n3,4\n5,6\n7,8\n9,1\n", "numbers": "1,2\n3,4\n5,6\n7,8\n9,1\n",
		"latin": "gr\xf6\xdfe,x2\n1,2\n3,4\n5,1\n6,2\n7,7\n", "utf16": "\xff\xfex\x001\x00\n", "zero": "x1\x00,x2\n1,2\n", "quote": "x1,x2\n\"1,2\n3,4\n", "quoted": "x1,x2\n1,2\"3\n",
		"cr": "x1,x2\r1,2\r3,4\r5,6\r", "constant": "x1,x2\n7,1\n7,2\n7,3\n7,4\n7,5\n7,6\n", "all": "x1,x2\n7,1\n7,1\n7,1\n7,1\n7,1\n",
		"far": "x1,x2\n1,2\n1e300,3\n4,5\n1,7\n2,2\n1,8\n4,2\n3,3\n2,1\n5,4\n1,3\n", "missing": "x1,x2\n,\n,\n,\n", "semicolon": "x1;x2\n1,5;2\n2,5;3\n", "scored": "x1,x2,log_prob\n1,2,3\n",
	} {
		bad = append(bad, b.put(name+".csv", []byte(text)))
	}
	slices.Sort(bad)
	return append(bad, b.put("bad.npy", []byte("\x93NUMPY\x01\x00\x76\x00{'descr': '<c16', 'fortran_order': False, 'shape': (3,2), }"+strings.Repeat(" ", 70)+"\n")),
		b.put("named.parquet", []byte("x1,x2\n1,2\n")), b.put("bad.npz", []byte("PK\x03\x04 and nothing")))
}

// values are bad values for flags.
var values = []string{"", "x", "-1", "0", "0.5", "1e400", "NaN", "99999999999999999999", "1000000000", "nowhere/x.csv", "x.unknown", "a,b", "x1"}

// commands are all commands, with good arguments.
func goodCommands(folder string) [][]string {
	at := func(name string) string { return filepath.Join(folder, name) }
	model, table, latents := at("moons.gflow"), at("moons.csv"), at("z.csv")
	return [][]string{
		append([]string{"fit", table, "-o", at("m.gflow")}, small...), {"score", model, table, "-o", at("out.csv")}, {"sample", model, "-n", "3", "-o", at("out.csv")},
		{"transform", model, table, "-o", at("out.csv")}, {"inverse", model, latents, "-o", at("out.csv")}, {"inspect", model}, {"evaluate", model, table},
		{"report", model, table, "-o", at("out.html")}, {"compare", table, latents, "-o", at("out.html")}, {"convert", model, "-o", at("out.npz")}, {"convert", model, at("weights.npz"), "-o", at("out.gflow")}, {"version"},
	}
}

// wrong returns invocations of every command, each with one thing wrong.
func (b *bench) wrong() (all [][]string) {
	good, err := os.ReadFile(filepath.Join(b.folder, "moons.gflow"))
	if err != nil {
		b.t.Fatal(err)
	}
	models, tables := b.badModels(good), b.badTables()
	with := func(args []string, at int, value string) {
		changed := slices.Clone(args)
		changed[at] = value
		all = append(all, changed)
	}
	for _, args := range goodCommands(b.folder) {
		c, _, err := newRoot().Find(args)
		if err != nil {
			b.t.Fatal(err)
		}
		for i, arg := range args[:min(3, len(args))] {
			switch filepath.Ext(arg) {
			case ".gflow":
				if args[0] == "fit" {
					continue
				}
				for _, bad := range models {
					with(args, i, bad)
				}
			case ".csv", ".npz":
				for _, bad := range tables {
					with(args, i, bad)
				}
			}
		}
		all = append(all, append(slices.Clone(args), "--nonsense"), append(slices.Clone(args), "-Z"), append(slices.Clone(args), "more", "and", "more"), args[:1])
		for _, output := range []string{b.folder, filepath.Join(b.folder, "nowhere", "o.csv"), filepath.Join(b.folder, "o.unknown"), filepath.Join(b.folder, "o.npy.gz"),
			filepath.Join(b.folder, "moons.csv", "o.csv"), filepath.Join(b.folder, "moons.gflow"), filepath.Join(b.folder, "o.parquet")} {
			if c.Flags().Lookup("output") != nil {
				all = append(all, append(slices.Clone(args), "-o", output))
			}
		}
		c.Flags().VisitAll(func(f *pflag.Flag) { all = append(all, wrongFlag(c, f, args)...) })
	}
	return append(all, []string{"nonsense"}, []string{"fitt"}, []string{"--nonsense"})
}

// wrongFlag gives a flag all values, except those that are valid but would take long.
func wrongFlag(c *cobra.Command, f *pflag.Flag, args []string) (all [][]string) {
	if f.Name == "help" || f.Name == "output" || f.Value.Type() == "bool" {
		return nil
	}
	for _, v := range values {
		if v == "1000000000" && slices.Contains([]string{"epochs", "patience", "rows", "seed", "batch"}, f.Name) {
			continue // valid, but would take long
		}
		if f.Name == "history" || f.Name == "report" {
			v = filepath.Join("nowhere", v)
		}
		all = append(all, append(slices.Clone(args), "--"+f.Name+"="+v))
	}
	return append(all, append(slices.Clone(args), "--"+f.Name))
}

// TestMessages tries every command with everything that can be wrong, one thing at a time, and checks what the tool writes
// to standard error.
func TestMessages(t *testing.T) {
	t.Chdir(workFolder(t))
	b := &bench{t, "."} // a relative path, because the temporary folder's name contains a Go name
	for _, args := range [][]string{
		{"transform", "moons.gflow", "moons.csv", "-o", "z.csv"}, {"convert", "moons.gflow", "-o", "weights.npz"},
	} {
		if code := run(args, io.Discard, io.Discard); code != exitOK {
			t.Fatalf("%v: exit code %d", args, code)
		}
	}
	failed := 0
	for _, args := range b.wrong() {
		var stderr bytes.Buffer
		code := run(args, io.Discard, &stderr)
		if code != exitOK {
			failed++
		}
		if faults := checkMessage(args, stderr.String()); faults != nil || code != exitOK && stderr.Len() == 0 {
			t.Errorf("%q: %v: %s", args, faults, &stderr)
		}
		if testing.Verbose() {
			t.Logf("%s\n%s", strings.Join(args, " "), &stderr)
		}
	}
	if failed < 400 {
		t.Errorf("%d invocations failed: the table is not what it was", failed)
	}
}
