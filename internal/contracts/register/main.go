// Command register regenerates registry_test.go in the folder of package contracts: go generate ./internal/contracts.
package main

import (
	"log"
	"os"

	"gaussflow/internal/contracts"
)

func main() {
	text, err := contracts.Registry("../..")
	if err == nil {
		err = os.WriteFile("registry_test.go", text, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}
