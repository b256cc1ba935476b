class ApplicationRecord < ActiveRecord::Base
  self.abstract_class = true
end
class ExecutorJob < ApplicationRecord
end
class Queued < ApplicationRecord
  self.table_name = 'other.queue'
end
