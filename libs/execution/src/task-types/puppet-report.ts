/**
 * Ruby that makes a Puppet report (YAML with tags of Ruby objects) a small JSON: counts, and the resources that failed or are
 * out of sync. It reads the document's tree and makes no object of a tag, since what is in a report came from elsewhere.
 */
export const REPORT_RUBY = `require 'psych'
require 'json'

def plain(node)
  case node
  when Psych::Nodes::Mapping then node.children.each_slice(2).map { |key, value| [plain(key).to_s, plain(value)] }.to_h
  when Psych::Nodes::Sequence then node.children.map { |each| plain(each) }
  when Psych::Nodes::Scalar then node.value
  when Psych::Nodes::Document, Psych::Nodes::Stream then plain(node.children[0])
  end
end

def short(text, size = 300)
  text.to_s.encode('UTF-8', invalid: :replace, undef: :replace).gsub(/[[:cntrl:]]+/, ' ')[0, size]
end

report = plain(Psych.parse_stream(File.read(ARGV[0], encoding: 'UTF-8').scrub))
resources = (report['resource_statuses'] || {}).values.select { |each| each.is_a?(Hash) }
is = ->(key) { resources.select { |each| each[key] == 'true' } }
message = lambda do |resource|
  event = (resource['events'] || []).reverse.find { |each| each.is_a?(Hash) && each['status'] == 'failure' }
  event ? event['message'] : 'failed'
end
failures = (is['failed'] | is['failed_to_restart']).map { |each| { resource: short(each['resource']), message: short(message[each]) } }
if resources.empty? && report['status'] == 'failed'
  errors = (report['logs'] || []).select { |each| each.is_a?(Hash) && each['level'] == 'err' }
  failures = errors.map { |each| { resource: 'catalogue', message: short(each['message']) } }
end
puts JSON.generate(
  status: report['status'], exitCode: ARGV[1].to_i, total: resources.size, changed: is['changed'].size,
  failed: is['failed'].size, outOfSync: is['out_of_sync'].size, skipped: is['skipped'].size,
  failures: failures.first(20), outOfSyncResources: is['out_of_sync'].first(50).map { |each| short(each['resource']) }
)
`;
