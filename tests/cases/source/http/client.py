import requests
def run(base):
    requests.post(f"{base}/rest/v1/executor_jobs", json={})
    requests.request("DELETE", base + "/rest/v1/executor_jobs?id=eq.1")
    httpx.get(f"{base}/rest/v1/user_documents")
