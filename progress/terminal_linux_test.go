package progress_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"gaussflow/progress"
)

// terminal opens a pseudo-terminal: what is written to side comes out of screen.
func terminal(t *testing.T) (screen, side *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	side, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	return screen, side
}

// TestBarOnATerminal: if standard error is a terminal, Bar draws a bar with the epoch and its losses.
func TestBarOnATerminal(t *testing.T) {
	screen, side := terminal(t)
	defer screen.Close()
	drawn := readAll(screen)
	onStderr(side, func() { fit(t, &progress.Bar{}) })
	if err := side.Close(); err != nil {
		t.Fatal(err)
	}
	text := <-drawn
	for _, word := range []string{"epoch 2/2", "loss", "val_loss", "100%", "4/4"} {
		if !strings.Contains(text, word) {
			t.Errorf("the bar %q does not show %s", text, word)
		}
	}
}

// readAll collects what arrives until r ends.
func readAll(r io.Reader) <-chan string {
	text := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(r) // a terminal's other end reports its end as an error
		text <- string(b)
	}()
	return text
}
