package main

import (
	"crypto/ed25519"
	"crypto/mldsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// cosigner verifies the two signature types of C2SP tlog-cosignature, which Go's own
// note package leaves to others.
type cosigner struct {
	name string
	id   uint32
	kind byte
	key  []byte
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.id }

func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) < 8 {
		return false
	}
	time, sig := binary.BigEndian.Uint64(sig), sig[8:]
	if c.kind == 4 {
		head := fmt.Sprintf("cosignature/v1\ntime %d\n", time)
		return ed25519.Verify(c.key, append([]byte(head), msg...), sig)
	}
	origin, tree, err := parseTree(string(msg))
	if err != nil {
		return false
	}
	signed := append([]byte("subtree/v1\n\x00"), byte(len(c.name)))
	signed = append(signed, c.name...)
	signed = binary.BigEndian.AppendUint64(signed, time)
	signed = append(append(signed, byte(len(origin))), origin...)
	signed = binary.BigEndian.AppendUint64(signed, 0)
	signed = binary.BigEndian.AppendUint64(signed, uint64(tree.N))
	signed = append(signed, tree.Hash[:]...)
	key, err := mldsa.NewPublicKey(mldsa.MLDSA44(), c.key)
	return err == nil && mldsa.Verify(key, signed, sig, nil) == nil
}

// verifier reads a vkey: Go's own reader where it knows the type, ours otherwise.
func verifier(vkey string) (note.Verifier, error) {
	if known, err := note.NewVerifier(vkey); err == nil {
		return known, nil
	}
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("no vkey")
	}
	id, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), data...))
	if binary.BigEndian.Uint32(sum[:]) != uint32(id) {
		return nil, errors.New("the id of a vkey is not that of its key")
	}
	if !(data[0] == 4 && len(data) == 33 || data[0] == 6 && len(data) == 1313) {
		return nil, fmt.Errorf("a vkey of type %d with %d bytes", data[0], len(data))
	}
	return &cosigner{parts[0], uint32(id), data[0], data[1:]}, nil
}

func verifiers(vkeys []string) (note.Verifiers, error) {
	var all []note.Verifier
	for _, vkey := range vkeys {
		one, err := verifier(vkey)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return note.VerifierList(all...), nil
}

// parseTree reads the three lines of C2SP tlog-checkpoint.
func parseTree(text string) (origin string, tree tlog.Tree, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return "", tree, errors.New("not three lines")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return "", tree, err
	}
	if fmt.Sprint(tree.N) != lines[1] {
		return "", tree, errors.New("a size in another spelling")
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return lines[0], tree, err
}

// openCheckpoint asks for a signature by every key that is given.
func openCheckpoint(text []byte, vkeys []string) (string, tlog.Tree, error) {
	known, err := verifiers(vkeys)
	if err != nil {
		return "", tlog.Tree{}, err
	}
	signed, err := note.Open(text, known)
	if err != nil {
		return "", tlog.Tree{}, err
	}
	if len(signed.Sigs) != len(vkeys) || len(signed.UnverifiedSigs) != 0 {
		return "", tlog.Tree{}, fmt.Errorf(
			"%d of %d keys signed", len(signed.Sigs), len(vkeys))
	}
	return parseTree(signed.Text)
}
