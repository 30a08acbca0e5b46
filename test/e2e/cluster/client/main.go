// A client of the API that is no kubectl: client-go, as helm, k9s and controllers use it, with whatever kubeconfig KUBECONFIG names. It
// does one thing of each kind and prints what came of it as one JSON object.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/remotecommand"
)

type outcome struct {
	Pods    []string          `json:"pods"`
	Secret  map[string]string `json:"secret"`
	Watched string            `json:"watched"`
	Output  string            `json:"output"`
	Denied  string            `json:"denied"`
}

func main() {
	namespace, pod, secret := os.Args[1], os.Args[2], os.Args[3]
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	check(err)
	// Both ways of writing objects are used by clients.
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	client, err := kubernetes.NewForConfig(config)
	check(err)

	var found outcome
	pods, err := client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
	check(err)
	for _, each := range pods.Items {
		found.Pods = append(found.Pods, each.Name)
	}
	found.Secret = map[string]string{}
	kept, err := client.CoreV1().Secrets(namespace).Get(ctx, secret, metav1.GetOptions{})
	check(err)
	for name, value := range kept.Data {
		found.Secret[name] = string(value)
	}
	found.Watched = watched(ctx, client, namespace)
	found.Output = output(ctx, config, client, namespace, pod)
	// Options of a deletion are read by the broker, which takes them as JSON alone.
	config = rest.CopyConfig(config)
	config.ContentType = "application/json"
	client, err = kubernetes.NewForConfig(config)
	check(err)
	err = client.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{})
	if !apierrors.IsForbidden(err) {
		check(fmt.Errorf("the namespace was not refused: %v", err))
	}
	found.Denied = err.Error()
	check(json.NewEncoder(os.Stdout).Encode(found))
}

// The name of a map that is created while a watch is open, as the watch tells it.
func watched(ctx context.Context, client *kubernetes.Clientset, namespace string) string {
	maps := client.CoreV1().ConfigMaps(namespace)
	events, err := maps.Watch(ctx, metav1.ListOptions{LabelSelector: "made=here"})
	check(err)
	defer events.Stop()
	made := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "made", Labels: map[string]string{"made": "here"}}}
	_, err = maps.Create(ctx, made, metav1.CreateOptions{})
	check(err)
	for event := range events.ResultChan() {
		if event.Type == watch.Added {
			return event.Object.(*corev1.ConfigMap).Name
		}
	}
	check(fmt.Errorf("the watch ended"))
	return ""
}

// What a program in the pod prints.
func output(ctx context.Context, config *rest.Config, client *kubernetes.Clientset, namespace, pod string) string {
	options := &corev1.PodExecOptions{Command: []string{"echo", "from", "the", "pod"}, Stdout: true, Stderr: true}
	url := client.CoreV1().RESTClient().Get().Resource("pods").Name(pod).Namespace(namespace).SubResource("exec").
		VersionedParams(options, scheme.ParameterCodec).URL()
	executor, err := remotecommand.NewWebSocketExecutor(config, "GET", url.String())
	check(err)
	var printed, failed bytes.Buffer
	check(executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: &printed, Stderr: &failed}))
	return printed.String() + failed.String()
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
