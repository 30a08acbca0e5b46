// Makes the keys and certificates of one test cluster in a folder. They live for a day and leave no trace elsewhere.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// A certificate that the cluster's CA signs: for a server (names it answers to) or for a client (who it is).
type leaf struct {
	file   string
	name   string
	groups []string
	server bool
}

var leaves = []leaf{
	{file: "apiserver", name: "kube-apiserver", server: true},
	{file: "kubelet", name: "sallyport-node", server: true},
	// Only this one may ask a node for a shell.
	{file: "apiserver-to-kubelet", name: "kube-apiserver-kubelet-client"},
	{file: "controllers", name: "system:kube-controller-manager"},
	// Binds pods, reports every node's and pod's state and ends pods: scheduler and kubelets in one.
	{file: "node", name: "sallyport-node", groups: []string{"system:masters"}},
	{file: "admin", name: "admin", groups: []string{"system:masters"}},
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pki FOLDER")
		os.Exit(64)
	}
	if err := writeAll(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "pki:", err)
		os.Exit(1)
	}
}

func writeAll(folder string) error {
	caKey, err := newKey(folder, "ca")
	if err != nil {
		return err
	}
	ca := template(pkix.Name{CommonName: "sallyport test cluster"})
	ca.IsCA, ca.BasicConstraintsValid = true, true
	ca.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	if err := sign(folder, "ca", ca, ca, caKey, caKey); err != nil {
		return err
	}
	for _, each := range leaves {
		key, err := newKey(folder, each.file)
		if err != nil {
			return err
		}
		certificate := template(pkix.Name{CommonName: each.name, Organization: each.groups})
		certificate.KeyUsage = x509.KeyUsageDigitalSignature
		if each.server {
			certificate.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
			certificate.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}
			certificate.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
		} else {
			certificate.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		}
		if err := sign(folder, each.file, certificate, ca, key, caKey); err != nil {
			return err
		}
	}
	accounts, err := newKey(folder, "accounts")
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&accounts.PublicKey)
	if err != nil {
		return err
	}
	return write(folder, "accounts.pub", "PUBLIC KEY", public)
}

func template(subject pkix.Name) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // crypto/rand never fails on the systems that Go supports
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    now.Add(-time.Minute),
		NotAfter:     now.Add(24 * time.Hour),
	}
}

func newKey(folder, file string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, write(folder, file+".key", "EC PRIVATE KEY", der)
}

func sign(folder, file string, certificate, parent *x509.Certificate, key, by *ecdsa.PrivateKey) error {
	der, err := x509.CreateCertificate(rand.Reader, certificate, parent, &key.PublicKey, by)
	if err != nil {
		return err
	}
	return write(folder, file+".crt", "CERTIFICATE", der)
}

func write(folder, file, kind string, der []byte) error {
	block := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	return os.WriteFile(filepath.Join(folder, file), block, 0o600)
}
