package data_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gaussflow/data"
)

// A table is read from a file to a matrix, without rows that have bad cells, and its columns are inspected.
func Example() {
	csv := strings.NewReader("id,age,site,score\n1,31,7,0.5\n2,NA,7,0.25\n3,28,7,0.125\n")
	f, err := data.Open("-", data.Options{Stdin: csv, Except: []string{"id"}, DropMissing: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	columns, err := data.Inspect(context.Background(), f)
	if err != nil {
		fmt.Println(err)
		return
	}
	table, err := f.ReadAll()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(table.Names, table.X.RawRowView(0), table.X.RawRowView(1))
	fmt.Println(table.Dropped, "row left out; the mean age is", columns[0].Mean, "and", columns[1].Name, "is constant:", columns[1].Constant())
	// Output:
	// [age site score] [31 7 0.5] [28 7 0.125]
	// 1 row left out; the mean age is 29.5 and site is constant: true
}

// A model's columns are found by name in any file that has them.
func ExampleFile_Select() {
	f, err := data.Open("-", data.Options{Stdin: strings.NewReader("b;label;a\n2;x;1\n")})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = f.Select("a", "c", "d")
	fmt.Println(err)
	f, err = f.Select("a", "b")
	if err != nil {
		fmt.Println(err)
		return
	}
	table, err := f.ReadAll()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(table.X.RawRowView(0))
	// Output:
	// data: standard input: no column "c", "d"; it has "b", "label", "a"
	// [1 2]
}

// Missing cells are an error that says where they are.
func ExampleMissingError() {
	f, err := data.Open("-", data.Options{Stdin: strings.NewReader("a,b\n1,2\n,4\n5,6\n")})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = f.ReadAll()
	var missing *data.MissingError
	if errors.As(err, &missing) {
		b := missing.Columns[0]
		fmt.Println(b.Name, b.Missing, b.First.Row, b.First.Line)
	}
	// Output: a 1 2 3
}

// Rows are written as they were read, with one more column, in constant memory.
func ExampleCreateRecords() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "doubled.csv")
	if err = double(strings.NewReader("who,x\nAda,1\n\"Hopper, Grace\",2\n"), path); err != nil {
		fmt.Println(err)
		return
	}
	out, err := os.ReadFile(path)
	fmt.Print(string(out), err)
	// Output:
	// who,x,double
	// Ada,1,2
	// "Hopper, Grace",2,4
	// <nil>
}

func double(in *strings.Reader, path string) error {
	f, err := data.Open("-", data.Options{Stdin: in, Columns: []string{"x"}})
	if err != nil {
		return err
	}
	w, err := data.CreateRecords(path, f, []string{"double"})
	if err != nil {
		return err
	}
	defer w.Discard()
	rows, err := f.Records(w)
	if err != nil {
		return err
	}
	defer rows.Close()
	x := make([]float64, 1024)
	for {
		n, err := rows.Read(x)
		for i := range n {
			if err := w.WriteRecord(rows.Record(i), 2*x[i]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return w.Close()
		}
		if err != nil {
			return err
		}
	}
}

// A toy set comes with its true log-density.
func ExampleToy() {
	table, err := data.Toy("eight-gaussians", 1000, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	law, err := data.ToyDistribution("eight-gaussians")
	if err != nil {
		fmt.Println(err)
		return
	}
	logProb, err := data.LogProb(law, table.X)
	if err != nil {
		fmt.Println(err)
		return
	}
	mean := 0.0
	for _, l := range logProb {
		mean += l / 1000
	}
	fmt.Printf("%d rows; the mean of log p is near −entropy: %v\n", table.Rows(), math.Abs(mean+2.84) < 0.1)
	// Output: 1000 rows; the mean of log p is near −entropy: true
}
