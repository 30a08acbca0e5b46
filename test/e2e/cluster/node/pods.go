package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/retry"
	"k8s.io/client-go/util/workqueue"
)

// Several, since each step of a pod is a request to the API server.
const workers = 8

// podRunner moves every pod of the cluster on: to a node, to Running, and out of the world once it is to be deleted.
type podRunner struct {
	client kubernetes.Interface
	lister listers.PodLister
	nodes  []string
	folder string
	queue  workqueue.TypedRateLimitingInterface[cache.ObjectName]
}

// watchPods starts the work and returns once all pods that there are have been seen; it ends with ctx.
func watchPods(ctx context.Context, client kubernetes.Interface, nodes []string, folder string) *podRunner {
	factory := informers.NewSharedInformerFactory(client, 0)
	informer := factory.Core().V1().Pods()
	runner := &podRunner{
		client: client, lister: informer.Lister(), nodes: nodes, folder: folder,
		queue: workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[cache.ObjectName]()),
	}
	enqueue := func(object any) {
		if name, err := cache.DeletionHandlingObjectToName(object); err == nil {
			runner.queue.Add(name)
		}
	}
	_, _ = informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: enqueue, UpdateFunc: func(_, now any) { enqueue(now) }, DeleteFunc: enqueue,
	})
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	for range workers {
		go runner.work(ctx)
	}
	go func() {
		<-ctx.Done()
		runner.queue.ShutDown()
	}()
	return runner
}

func (r *podRunner) work(ctx context.Context) {
	for {
		name, down := r.queue.Get()
		if down {
			return
		}
		// A conflict or an API server that restarts is tried again, a pod that is gone is not.
		if err := r.moveOn(ctx, name); err != nil && !apierrors.IsNotFound(err) {
			r.queue.AddRateLimited(name)
		} else {
			r.queue.Forget(name)
		}
		r.queue.Done(name)
	}
}

func (r *podRunner) moveOn(ctx context.Context, name cache.ObjectName) error {
	pod, err := r.lister.Pods(name.Namespace).Get(name.Name)
	if apierrors.IsNotFound(err) {
		return os.RemoveAll(filepath.Join(r.folder, name.Namespace, name.Name))
	}
	if err != nil {
		return err
	}
	pods := r.client.CoreV1().Pods(pod.Namespace)
	switch {
	case pod.DeletionTimestamp != nil:
		now := int64(0)
		return pods.Delete(ctx, pod.Name, metav1.DeleteOptions{
			GracePeriodSeconds: &now, Preconditions: metav1.NewUIDPreconditions(string(pod.UID)),
		})
	case pod.Spec.NodeName == "" && len(pod.Spec.SchedulingGates) == 0:
		return pods.Bind(ctx, &corev1.Binding{
			ObjectMeta: metav1.ObjectMeta{Name: pod.Name, UID: pod.UID},
			Target:     corev1.ObjectReference{Kind: "Node", Name: r.nodes[int(hash(pod.UID))%len(r.nodes)]},
		}, metav1.CreateOptions{})
	case slices.Contains(r.nodes, pod.Spec.NodeName) && isBehind(pod):
		if err := r.makeFolders(pod); err != nil {
			return err
		}
		next := pod.DeepCopy()
		next.Status = runningStatus(pod)
		_, err := pods.UpdateStatus(ctx, next, metav1.UpdateOptions{})
		return err
	}
	return nil
}

// isBehind: it does not run yet, or has got a container (kubectl debug) that does not.
func isBehind(pod *corev1.Pod) bool {
	return pod.Status.Phase == "" || pod.Status.Phase == corev1.PodPending ||
		len(pod.Status.EphemeralContainerStatuses) < len(pod.Spec.EphemeralContainers)
}

// runningStatus: all containers run, but those of a Job have ended well already.
func runningStatus(pod *corev1.Pod) corev1.PodStatus {
	now := metav1.Now()
	status := *pod.Status.DeepCopy()
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}}
	ended := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		Reason: "Completed", StartedAt: now, FinishedAt: now,
	}}
	status.Phase = corev1.PodRunning
	state, ready := running, true
	if owner := metav1.GetControllerOf(pod); owner != nil && owner.Kind == "Job" {
		status.Phase = corev1.PodSucceeded
		state, ready = ended, false
	}
	of := func(container, image string, state corev1.ContainerState, ready bool) corev1.ContainerStatus {
		started := state.Running != nil
		return corev1.ContainerStatus{
			Name: container, Image: image, ImageID: image, State: state, Ready: ready, Started: &started,
			ContainerID: fmt.Sprintf("sallyport-test://%s/%s", pod.UID, container),
		}
	}
	status.InitContainerStatuses, status.ContainerStatuses, status.EphemeralContainerStatuses = nil, nil, nil
	for _, each := range pod.Spec.InitContainers {
		status.InitContainerStatuses = append(status.InitContainerStatuses, of(each.Name, each.Image, ended, true))
	}
	for _, each := range pod.Spec.Containers {
		status.ContainerStatuses = append(status.ContainerStatuses, of(each.Name, each.Image, state, ready))
	}
	for _, each := range pod.Spec.EphemeralContainers {
		status.EphemeralContainerStatuses = append(status.EphemeralContainerStatuses,
			of(each.Name, each.Image, running, false))
	}
	status.Conditions = nil
	readiness := corev1.ConditionFalse
	if ready {
		readiness = corev1.ConditionTrue
	}
	for _, each := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized} {
		status.Conditions = append(status.Conditions,
			corev1.PodCondition{Type: each, Status: corev1.ConditionTrue, LastTransitionTime: now})
	}
	for _, each := range []corev1.PodConditionType{corev1.ContainersReady, corev1.PodReady} {
		status.Conditions = append(status.Conditions,
			corev1.PodCondition{Type: each, Status: readiness, LastTransitionTime: now})
	}
	status.HostIP, status.HostIPs = "127.0.0.1", []corev1.HostIP{{IP: "127.0.0.1"}}
	if status.PodIP == "" {
		number := hash(pod.UID)
		status.PodIP = fmt.Sprintf("10.244.%d.%d", number>>8&0xff, 1+number%254)
		status.PodIPs = []corev1.PodIP{{IP: status.PodIP}}
	}
	if status.StartTime == nil {
		status.StartTime = &now
	}
	return status
}

// containerEnded reports it as the kubelet does, where it is not to be started again; with its last container a pod ends.
func (r *podRunner) containerEnded(ctx context.Context, pod *corev1.Pod, container string, code int32) error {
	if pod.Spec.RestartPolicy != corev1.RestartPolicyNever {
		return nil
	}
	pods := r.client.CoreV1().Pods(pod.Namespace)
	return retry.RetryOnConflict(retry.DefaultRetry, func() error {
		now, err := pods.Get(ctx, pod.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		phase := corev1.PodSucceeded
		for at := range now.Status.ContainerStatuses {
			each := &now.Status.ContainerStatuses[at]
			if each.Name == container {
				started := false
				each.Ready, each.Started = false, &started
				each.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
					ExitCode: code, Reason: "Ended", FinishedAt: metav1.Now(), ContainerID: each.ContainerID,
				}}
			}
			if ended := each.State.Terminated; ended == nil {
				phase = corev1.PodRunning
			} else if ended.ExitCode != 0 && phase != corev1.PodRunning {
				phase = corev1.PodFailed
			}
		}
		now.Status.Phase = phase
		_, err = pods.UpdateStatus(ctx, now, metav1.UpdateOptions{})
		return err
	})
}

func (r *podRunner) makeFolders(pod *corev1.Pod) error {
	for _, container := range containersOf(pod) {
		if err := os.MkdirAll(r.folderOf(pod, container.Name), 0o700); err != nil {
			return err
		}
		// There from the start, so that `logs -f` can wait for its first line.
		log, err := os.OpenFile(r.logOf(pod, container.Name), os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_ = log.Close()
	}
	return nil
}

func (r *podRunner) folderOf(pod *corev1.Pod, container string) string {
	return filepath.Join(r.folder, pod.Namespace, pod.Name, container)
}

// logOf: beside the folder, which is what a program in the container sees.
func (r *podRunner) logOf(pod *corev1.Pod, container string) string {
	return r.folderOf(pod, container) + ".log"
}

// containersOf: of every kind, ephemeral ones as if they were plain.
func containersOf(pod *corev1.Pod) []corev1.Container {
	all := slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers)
	for _, each := range pod.Spec.EphemeralContainers {
		all = append(all, corev1.Container(each.EphemeralContainerCommon))
	}
	return all
}

func hash[T ~string](text T) uint32 {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(text))
	return sum.Sum32()
}
