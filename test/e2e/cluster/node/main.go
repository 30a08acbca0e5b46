// The nodes of a test cluster without containers. Pods that are created are placed and "Running" at once; exec and attach
// run local programs in a pod's own folder, logs are files there, and a pod's ports are the machine's loopback ports.
// The streams are served by the kubelet's own packages, to the API server alone: it must show its client certificate.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "of a client that may do everything")
	pki := flag.String("pki", "", "the folder with ca.crt, kubelet.crt and kubelet.key")
	folder := flag.String("folder", "", "where pods have their folders: NAMESPACE/POD/CONTAINER")
	count := flag.Int("nodes", 1, "how many nodes there are")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := serve(ctx, *kubeconfig, *pki, *folder, *count); err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(1)
	}
}

// serve prints "ready" once pods would be run, and returns when ctx ends.
func serve(ctx context.Context, kubeconfig, pki, folder string, count int) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	// Tests create hundreds of pods at once; the client's own brake (5 a second) is for production.
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	secure, err := onlyForTheAPIServer(pki)
	if err != nil {
		return err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", secure)
	if err != nil {
		return err
	}
	if err := untilAnswered(ctx, client); err != nil {
		return err
	}
	names, err := registerNodes(ctx, client, count, listener.Addr().(*net.TCPAddr).Port)
	if err != nil {
		return err
	}
	pods := watchPods(ctx, client, names, folder)
	server := &http.Server{Handler: routes(pods), BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	fmt.Println("ready")
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func onlyForTheAPIServer(pki string) (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(filepath.Join(pki, "kubelet.crt"), filepath.Join(pki, "kubelet.key"))
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(filepath.Join(pki, "ca.crt"))
	if err != nil {
		return nil, err
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(authority)
	return &tls.Config{
		Certificates: []tls.Certificate{certificate},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    clients,
		// The upgrade to SPDY or WebSocket needs HTTP/1.1.
		NextProtos: []string{"http/1.1"},
		VerifyConnection: func(state tls.ConnectionState) error {
			if name := state.PeerCertificates[0].Subject.CommonName; name != "kube-apiserver-kubelet-client" {
				return fmt.Errorf("%q may not ask a node", name)
			}
			return nil
		},
	}, nil
}

// untilAnswered waits for an API server that has its roles and namespaces, which takes some seconds from its start.
func untilAnswered(ctx context.Context, client kubernetes.Interface) error {
	for {
		answer := client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx)
		if answer.Error() == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
