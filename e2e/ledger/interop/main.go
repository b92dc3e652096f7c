// Command interop checks phiguard's notes and proofs with libraries that are not phiguard's.
//
//	interop VERIFIER-KEY < proof     one inclusion proof (C2SP tlog-proof), with the record in `extra`
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	if err := run(os.Args[1:], bufio.NewReader(os.Stdin)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: interop VERIFIER-KEY < proof")
	}
	verifier, err := note.NewVerifier(args[0])
	if err != nil {
		return err
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	text := string(data)
	if strings.HasPrefix(text, "phiguard consistency proof v1\n") {
		return growth(text, verifier)
	}
	return record(text, verifier)
}

// record checks a C2SP tlog-proof.
func record(text string, verifier note.Verifier) error {
	head, checkpoint, found := strings.Cut(text, "\n\n")
	if !found {
		return fmt.Errorf("no checkpoint")
	}
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("no tlog-proof")
	}
	line, err := value(lines[1], "extra ")
	if err != nil {
		return err
	}
	index, err := strconv.ParseUint(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	path, err := hashes(lines[3:])
	if err != nil {
		return err
	}
	_, size, root, err := tree(checkpoint, verifier, "")
	if err != nil {
		return err
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(line)
	return proof.VerifyInclusion(rfc6962.DefaultHasher, index, size, leaf, path, root)
}

// growth checks a consistency proof between two notes.
func growth(text string, verifier note.Verifier) error {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	origin := strings.TrimPrefix(lines[1], "origin ")
	var sizes [2]uint64
	var roots [2][]byte
	for i, name := range []string{"old ", "new "} {
		data, err := value(lines[2+i], name)
		if err != nil {
			return err
		}
		if _, sizes[i], roots[i], err = tree(string(data), verifier, origin); err != nil {
			return err
		}
	}
	path, err := hashes(lines[4:])
	if err != nil {
		return err
	}
	return proof.VerifyConsistency(
		rfc6962.DefaultHasher, sizes[0], sizes[1], path, roots[0], roots[1])
}

// tree opens a note and returns its tree; of a manifest, the one with this origin.
func tree(text string, verifier note.Verifier, origin string) (string, uint64, []byte, error) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return "", 0, nil, err
	}
	lines := strings.Split(strings.TrimSuffix(opened.Text, "\n"), "\n")
	if lines[0] == "phiguard ledger manifest v1" {
		for _, line := range lines[3:] {
			if parts := strings.Split(line, " "); parts[0] == origin {
				lines = parts
			}
		}
	}
	if len(lines) != 3 {
		return "", 0, nil, fmt.Errorf("no checkpoint of %q", origin)
	}
	size, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil {
		return "", 0, nil, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	return lines[0], size, root, err
}

func hashes(lines []string) ([][]byte, error) {
	var found [][]byte
	for _, line := range lines {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil {
			return nil, err
		}
		found = append(found, hash)
	}
	return found, nil
}

func value(line, name string) ([]byte, error) {
	if !strings.HasPrefix(line, name) {
		return nil, fmt.Errorf("no line %q", name)
	}
	return base64.StdEncoding.DecodeString(strings.TrimPrefix(line, name))
}
