package main

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// checkReceipt verifies a C2SP tlog-proof text.
func checkReceipt(text string, entry []byte, vkeys []string) error {
	head, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("no receipt")
	}
	number, found := strings.CutPrefix(lines[1], "index ")
	index, err := strconv.ParseInt(number, 10, 64)
	if !found || err != nil || strconv.FormatInt(index, 10) != number {
		return errors.New("no index")
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		if hash.String() != line {
			return errors.New("a hash in another spelling")
		}
		proof = append(proof, hash)
	}
	_, tree, err := openCheckpoint([]byte(checkpoint), vkeys)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

// receipt checks a receipt, and again with one bit of each kind of byte altered: of
// the index, the path, the signed text and the entry.
func (c *check) receipt(text string, entry []byte) {
	if err := checkReceipt(text, entry, c.Keys); err != nil {
		c.fault("receipt: %v", err)
		return
	}
	c.Proven++
	head, checkpoint, _ := strings.Cut(text, "\n\n")
	body, _, _ := strings.Cut(checkpoint, "\n\n")
	for at := range len(head) + 2 + len(body) {
		altered := []byte(text)
		altered[at] ^= 1 << c.random.Intn(8)
		c.ReceiptFlips++
		if checkReceipt(string(altered), entry, c.Keys) == nil {
			c.ReceiptFlipsHeld++
		}
	}
	for at := range entry {
		altered := append([]byte(nil), entry...)
		altered[at] ^= 1 << c.random.Intn(8)
		c.ReceiptFlips++
		if checkReceipt(text, altered, c.Keys) == nil {
			c.ReceiptFlipsHeld++
		}
	}
}
