package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// choice is the value of a flag that takes one of a few words.
type choice[S ~string] struct {
	value *S
	words []S
}

func newChoice[S ~string](value *S, words ...S) *choice[S] { return &choice[S]{value, words} }

// String is the chosen word; "" if none has been chosen.
func (c *choice[S]) String() string { return string(*c.value) }

// Set chooses a word.
func (c *choice[S]) Set(word string) error {
	if !slices.Contains(c.words, S(word)) {
		return fmt.Errorf("want one of %q", c.words)
	}
	*c.value = S(word)
	return nil
}

// Type is the value's name in the help.
func (c *choice[S]) Type() string { return strings.Join(c.offered(), "|") }

func (c *choice[S]) offered() []string {
	offered := make([]string, len(c.words))
	for i, w := range c.words {
		offered[i] = string(w)
	}
	return offered
}

// complete offers the words to a shell.
func (c *choice[S]) complete(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return c.offered(), cobra.ShellCompDirectiveNoFileComp
}

// completeChoices offers the words of all such flags of a command.
func completeChoices(c *cobra.Command, names ...string) {
	for _, name := range names {
		words, ok := c.Flags().Lookup(name).Value.(interface {
			complete(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)
		})
		if ok {
			cobra.CheckErr(c.RegisterFlagCompletionFunc(name, words.complete))
		}
	}
}
